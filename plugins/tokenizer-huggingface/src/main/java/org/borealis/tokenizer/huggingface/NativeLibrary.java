package org.borealis.tokenizer.huggingface;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.borealis.tensor.BorealisException;

/**
 * Unpacks and loads Hugging Face's library. DJL's own loader is passed by, because it picks files through the thread's class loader,
 * downloads other variants where it finds a GPU, and reports to its makers.
 */
final class NativeLibrary {
    private static final String VERSION = "0.38.0";

    private NativeLibrary() {}

    /** Loads the library for the classes of this bundle. */
    static void load() {
        String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
        String name = platform.startsWith("osx") ? "libtokenizers.dylib" : "libtokenizers.so";
        String resource = "/native/lib/" + platform + "/cpu/" + name;
        try (var content = NativeLibrary.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new BorealisException(
                        "tokenizer-platform",
                        "the huggingface tokenizer has no native library for " + platform + " (wanted " + resource
                                + "); use the tokenizer 'bytes' on this machine.");
            }
            load(unpack(content.readAllBytes(), cacheFolder(), name));
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new BorealisException(
                    "tokenizer-native",
                    "the native library of the huggingface tokenizer could not be loaded: " + e.getMessage()
                            + ". It is unpacked into " + cacheFolder()
                            + "; set XDG_CACHE_HOME to a folder that can be written and holds programs.",
                    e);
        }
    }

    static String platform(String system, String machine) {
        String os = system.toLowerCase(Locale.ROOT);
        String family = os.startsWith("mac") ? "osx" : os.startsWith("linux") ? "linux" : os.replace(' ', '-');
        return family + "-" + (machine.equals("amd64") ? "x86_64" : machine);
    }

    private static Path cacheFolder() {
        var base = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
        return base.resolve("borealis").resolve("tokenizers-" + VERSION);
    }

    /** Many processes may do this at once: the file is named after its content and appears whole. */
    static Path unpack(byte[] content, Path folder, String name) throws IOException {
        String digest = digest(content);
        var file = folder.resolve(digest.substring(0, 16)).resolve(name);
        if (Files.exists(file) && digest.equals(digest(Files.readAllBytes(file)))) {
            return file;
        }
        Files.createDirectories(file.getParent());
        var temporary = Files.createTempFile(file.getParent(), name, ".tmp");
        try {
            Files.write(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return file;
    }

    private static void load(Path file) throws IOException {
        try {
            System.load(file.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError e) {
            if (!String.valueOf(e.getMessage()).contains("already loaded")) {
                throw e;
            }
            // An earlier version of this bundle holds it: a file belongs to one class loader, so an updated bundle
            // takes a copy.
            var copy = Files.createTempDirectory("borealis-tokenizers").resolve(file.getFileName());
            Files.copy(file, copy);
            System.load(copy.toString());
            Files.delete(copy);
            Files.delete(copy.getParent());
        }
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
