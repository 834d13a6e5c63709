package org.borealis.benchmarks.parallel;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Compiler;
import org.borealis.device.Executable;
import org.borealis.device.Slot;
import org.borealis.tensor.Program;

/** The compiler of one rank, and what becomes of the programs that it compiles. */
final class WatchedCompiler {
    private final Compiler real = new ProgramCompiler();
    private final Runnable atCompiling;
    private final List<Double> runs = new ArrayList<>();

    /** @param atCompiling called before programs take memory */
    WatchedCompiler(Runnable atCompiling) {
        this.atCompiling = atCompiling;
    }

    /** Seconds of each run of any program since the last call, in their order. */
    List<Double> takeRuns() {
        var taken = List.copyOf(runs);
        runs.clear();
        return taken;
    }

    /** Itself, as whoever compiles wants it. */
    Compiler compiler() {
        return (Compiler) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Compiler.class}, (proxy, method, arguments) -> {
                    boolean compiles = method.getReturnType() == List.class
                            && method.getName().equals("compile");
                    if (compiles) {
                        atCompiling.run();
                    }
                    try {
                        var result = method.invoke(real, arguments);
                        return compiles ? timed((List<?>) result) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private List<Executable> timed(List<?> executables) {
        return executables.stream()
                .<Executable>map(each -> new Timed((Executable) each, runs))
                .toList();
    }

    private record Timed(Executable real, List<Double> runs) implements Executable {
        @Override
        public Program program() {
            return real.program();
        }

        @Override
        public Slot slot(String name) {
            return real.slot(name);
        }

        @Override
        public void run() {
            long begun = System.nanoTime();
            real.run();
            runs.add((System.nanoTime() - begun) / 1e9);
        }

        @Override
        public long workspaceBytes() {
            return real.workspaceBytes();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
