package org.borealis.benchmarks.peer;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch;

/** How many threads libtorch's own pool and OpenBLAS's have. Which pair is best differs with the model, so the peer tries. */
record Threads(int torchThreads, int blasThreads) {
    private static final MethodHandle SET = Linker.nativeLinker()
            .downcallHandle(
                    SymbolLookup.loaderLookup().findOrThrow("openblas_set_num_threads"),
                    FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));

    static List<Threads> choices() {
        int cores = Runtime.getRuntime().availableProcessors();
        var choices = new ArrayList<Threads>();
        choices.add(new Threads(1, cores));
        choices.add(new Threads(cores, 1));
        choices.add(new Threads(cores, cores));
        return choices;
    }

    void set() {
        torch.set_num_threads(torchThreads);
        try {
            SET.invokeExact(blasThreads);
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_set_num_threads", e);
        }
    }

    /** The fastest way to do {@code work}, each tried once. */
    static Threads fastest(Runnable work) {
        long best = Long.MAX_VALUE;
        var fastest = choices().getFirst();
        for (var choice : choices()) {
            choice.set();
            long start = System.nanoTime();
            work.run();
            long nanos = System.nanoTime() - start;
            if (nanos < best) {
                best = nanos;
                fastest = choice;
            }
        }
        return fastest;
    }
}
