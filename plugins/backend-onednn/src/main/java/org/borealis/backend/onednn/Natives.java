package org.borealis.backend.onednn;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.borealis.device.DeviceException;
import org.bytedeco.dnnl.global.dnnl;

/**
 * Brings oneDNN into this JVM, once.
 *
 * <p>The libraries are loaded here rather than by JavaCPP, whose loader wants OpenCL as well. Each class loader with a copy of JavaCPP
 * inside needs its own file of JavaCPP's library; libgomp is the process's, whoever brought it first.
 */
final class Natives {
    private static final String VERSION = "onednn-3.13-1.5.14";
    private static final String DNNL = "dnnl/linux-x86_64/libdnnl.so.3";

    private static final List<String> LIBRARIES = List.of(
            "dnnl/linux-x86_64/libgomp.so.1",
            DNNL,
            "javacpp/linux-x86_64/libjnijavacpp.so",
            "dnnl/linux-x86_64/libjnidnnl.so");

    /** JavaCPP is to load nothing, and to watch neither its memory nor ours: everything here is closed by hand. */
    private static final Map<String, String> JAVACPP = Map.of(
            "org.bytedeco.javacpp.loadlibraries", "false",
            "org.bytedeco.javacpp.nopointergc", "true",
            "org.bytedeco.javacpp.maxbytes", "0",
            "org.bytedeco.javacpp.maxphysicalbytes", "0");

    private static boolean loaded;

    private Natives() {}

    /** Loads the libraries; does nothing the second time. */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        var folder = folder();
        try {
            // Read when libgomp starts: another library's threads of OpenMP, if it has any, are to sleep while ours
            // work.
            setEnvironment("OMP_WAIT_POLICY", "passive");
            JAVACPP.forEach(System::setProperty); // before its library, which starts its loader
            for (var library : LIBRARIES) {
                var file = unpack(library, folder).toString();
                System.load(file);
                if (library.equals(DNNL)) {
                    OpenMp.find(file);
                }
            }
            try (var version = dnnl.dnnl_version()) {
                loaded = version.major() == 3;
            }
        } catch (IOException | LinkageError e) {
            throw new DeviceException(
                    "onednn-natives",
                    "backend onednn can't load oneDNN for linux-x86_64 on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + e.getMessage() + "; it unpacks 100 MB into "
                            + folder + " (set -Dorg.bytedeco.javacpp.cachedir to move it) and needs the system's"
                            + " glibc and libstdc++; after an update of the bundle the process has to be started anew",
                    e);
        }
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
}
