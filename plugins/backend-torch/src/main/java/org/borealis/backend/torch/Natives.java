package org.borealis.backend.torch;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.borealis.device.DeviceException;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/**
 * Brings libtorch and Gloo, which is a part of it, into this JVM, once, and steers its threads.
 *
 * <p>The libraries are loaded here, each after those it needs, rather than by JavaCPP: its loader opens libtorch.so before
 * libtorch_cpu.so is there and may find a system's own, which ends the process, and loads OpenBLAS twice.
 */
public final class Natives {
    private static final String VERSION = "torch-2.13.0-1.5.14";

    private static final List<String> COMMON = List.of(
            "openblas/linux-x86_64/libquadmath.so.0",
            "openblas/linux-x86_64/libgfortran.so.5",
            "openblas/linux-x86_64/libopenblas.so.0",
            "pytorch/linux-x86_64/libgomp.so.1",
            "javacpp/linux-x86_64/libjnijavacpp.so");

    private static final List<String> TORCH = List.of(
            "pytorch/linux-x86_64/libc10.so",
            "pytorch/linux-x86_64/libtorch_cpu.so",
            "pytorch/linux-x86_64/libtorch.so",
            "pytorch/linux-x86_64/libjnitorch.so");

    /** JavaCPP is to load nothing, and to watch neither its memory nor ours: everything here is closed by hand. */
    private static final Map<String, String> JAVACPP = Map.of(
            "org.bytedeco.javacpp.loadlibraries", "false",
            "org.bytedeco.javacpp.nopointergc", "true",
            "org.bytedeco.javacpp.maxbytes", "0",
            "org.bytedeco.javacpp.maxphysicalbytes", "0");

    /**
     * OpenBLAS and OpenMP each keep a pool of threads. A pool that spins while the other computes costs 15 to 25 percent of a matrix
     * product followed by an activation on 2 cores, so idle threads sleep.
     */
    private static final Map<String, String> THREADS = Map.of(
            "OMP_WAIT_POLICY", "passive",
            "OPENBLAS_THREAD_TIMEOUT", "10"); // spins 2^10 cycles

    /** What libtorch logs of a lost peer, with a stack trace, stands in the exception as well. */
    private static final Map<String, String> LOG = Map.of("TORCH_CPP_LOG_LEVEL", "FATAL");

    private static final String GLOO = "pytorch/linux-x86_64/libjnitorch_gloo.so";

    private static boolean loaded;

    /** Kernels that run now and want OpenBLAS on one thread, and how many it had before them. */
    private static int alone;

    private static int threadsBefore;
    private static boolean isGlooLoaded;

    private Natives() {}

    /** Loads the libraries; does nothing the second time. What the environment says comes first. */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        var folder = folder();
        try {
            THREADS.forEach(Natives::setEnvironment);
            LOG.forEach(Natives::setEnvironment);
            JAVACPP.forEach(System::setProperty); // before JavaCPP's own library, which starts its loader
            for (var library : libraries(folder)) {
                System.load(library.toString());
            }
            loaded = torch.get_num_threads() > 0;
        } catch (IOException | LinkageError e) {
            throw failure(folder, e);
        }
    }

    /** Loads what Java needs to call Gloo, after libtorch; does nothing the second time. */
    public static synchronized void loadGloo() {
        load();
        if (isGlooLoaded) {
            return;
        }
        var folder = folder();
        try {
            var gpu = GpuNatives.in(System.getenv());
            System.load((gpu.isPresent() ? gpu.get().gloo() : unpack(GLOO, folder)).toString());
            torch.initLogging();
            isGlooLoaded = true;
        } catch (IOException | LinkageError e) {
            throw failure(folder, e);
        }
    }

    private static DeviceException failure(Path folder, Throwable cause) {
        return new DeviceException(
                "torch-natives",
                "backend torch can't load libtorch for linux-x86_64 on " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch") + ": " + cause.getMessage() + "; it unpacks 400 MB into "
                        + folder + " (set -Dorg.bytedeco.javacpp.cachedir to move it) and needs the system's"
                        + " glibc and libstdc++; after an update of the bundle the process has to be started anew",
                cause);
    }

    private static List<Path> libraries(Path folder) throws IOException {
        var libraries = new ArrayList<Path>();
        for (var library : COMMON) {
            libraries.add(unpack(library, folder));
        }
        var gpu = GpuNatives.in(System.getenv());
        if (gpu.isPresent()) {
            gpu.get().requireWhole();
            libraries.addAll(gpu.get().libraries());
            return libraries;
        }
        for (var library : TORCH) {
            libraries.add(unpack(library, folder));
        }
        return libraries;
    }

    private static Path folder() {
        var home =
                Path.of(System.getProperty("user.home"), ".cache", "borealis").toString();
        return Path.of(System.getProperty("org.bytedeco.javacpp.cachedir", home))
                .resolve(VERSION);
    }

    /** A library as a file: where it is if it is one already, else in the cache, where it appears whole or not at all. */
    private static Path unpack(String library, Path folder) throws IOException {
        URL resource = Natives.class.getResource("/org/bytedeco/" + library);
        if (resource == null) {
            throw new IOException("this bundle has no " + library);
        }
        if (resource.getProtocol().equals("file")) {
            return Path.of(URI.create(resource.toString()));
        }
        var connection = resource.openConnection();
        var file = folder.resolve(Path.of(library).getFileName()).toAbsolutePath();
        if (Files.exists(file) && Files.size(file) == connection.getContentLengthLong()) {
            return file;
        }
        Files.createDirectories(folder);
        var part = Files.createTempFile(folder, "unpacking-", ".part");
        try (InputStream in = connection.getInputStream()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return file;
    }

    /** Both pools get this many threads; 0 leaves what the environment says, or one per core. */
    static void setThreads(int threads) {
        if (threads > 0) {
            torch.set_num_threads(threads);
            synchronized (Natives.class) {
                if (alone == 0) {
                    setBlasThreads(threads);
                } else {
                    threadsBefore = threads;
                }
            }
        }
    }

    /**
     * Runs a kernel whose threads, of OpenMP, each call OpenBLAS. While they do, OpenBLAS itself gets one thread: with more, the two
     * pools wait for each other, and a step takes many times as long. Of kernels that run at once on several devices, the last to end
     * gives the threads back: their number is the process's.
     */
    static void withOneBlasThread(Runnable kernel) {
        begin();
        try {
            kernel.run();
        } finally {
            end();
        }
    }

    private static synchronized void begin() {
        if (alone == 0) {
            threadsBefore = blasThreads();
            setBlasThreads(1);
        }
        alone++;
    }

    private static synchronized void end() {
        alone--;
        if (alone == 0) {
            setBlasThreads(threadsBefore);
        }
    }

    static int blasThreads() {
        try {
            return (int) BlasThreads.GET.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_get_num_threads", e);
        }
    }

    private static void setBlasThreads(int threads) {
        try {
            BlasThreads.SET.invokeExact(threads);
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_set_num_threads", e);
        }
    }

    /** Looked up when first used, which is after the libraries have been loaded. */
    private static final class BlasThreads {
        static final MethodHandle GET = handle("openblas_get_num_threads", FunctionDescriptor.of(ValueLayout.JAVA_INT));
        static final MethodHandle SET =
                handle("openblas_set_num_threads", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));

        private static MethodHandle handle(String name, FunctionDescriptor type) {
            return Linker.nativeLinker()
                    .downcallHandle(SymbolLookup.loaderLookup().findOrThrow(name), type);
        }
    }

    private static void setEnvironment(String name, String value) {
        var setenv = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("setenv"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (var arena = Arena.ofConfined()) {
            int unused = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
        } catch (Throwable e) {
            throw new IllegalStateException("setenv " + name, e);
        }
    }

    /** A native address as JavaCPP wants it. */
    public static final class Address extends Pointer {
        /** Of memory that whoever makes this keeps. */
        public Address(long value) {
            address = value;
        }
    }
}
