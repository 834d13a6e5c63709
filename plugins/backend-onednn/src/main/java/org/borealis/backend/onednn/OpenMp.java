package org.borealis.backend.onednn;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.function.IntConsumer;

/**
 * Keeps oneDNN to the thread that calls it, so that the device's workers are the only threads. OpenMP holds the number of threads for
 * each thread apart: what another library wants on a thread that is not ours is restored.
 */
final class OpenMp {
    private static String library = "";

    private OpenMp() {}

    /** The library through which the process's own OpenMP is found, whichever file that came from. */
    static void find(String file) {
        library = file;
    }

    /** The same task, in which oneDNN uses one thread. */
    static IntConsumer alone(IntConsumer task) {
        return index -> {
            int threads = threads();
            setThreads(1);
            try {
                task.accept(index);
            } finally {
                setThreads(threads);
            }
        };
    }

    private static int threads() {
        try {
            return (int) Functions.GET.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("omp_get_max_threads", e);
        }
    }

    private static void setThreads(int threads) {
        try {
            Functions.SET.invokeExact(threads);
        } catch (Throwable e) {
            throw new IllegalStateException("omp_set_num_threads", e);
        }
    }

    /** Looked up when first used, which is after the libraries have been loaded. */
    private static final class Functions {
        static final MethodHandle GET = handle("omp_get_max_threads", FunctionDescriptor.of(ValueLayout.JAVA_INT));
        static final MethodHandle SET = handle("omp_set_num_threads", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));

        private static MethodHandle handle(String name, FunctionDescriptor type) {
            return Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow(name), type);
        }
    }
}
