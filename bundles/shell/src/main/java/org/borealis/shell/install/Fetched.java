package org.borealis.shell.install;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.tensor.BorealisException;

/**
 * A jar that is here now, under its own name or a temporary one that goes with {@link #close}.
 *
 * @param from as the lock remembers it
 */
record Fetched(Path file, String from, boolean isTemporary) implements AutoCloseable {
    private static final Map<String, String> CHECKSUMS = Map.of(".sha256", "SHA-256", ".sha1", "SHA-1");
    /** A digest in hexadecimal digits, and the name of the file perhaps. */
    private static final int CHECKSUM_BYTES = 1024;

    /**
     * Fetches a jar and compares it with what is known of it.
     *
     * @param sha256 that it must have; empty if nobody said
     */
    static Fetched of(Origin origin, String sha256, Download download) {
        Fetched fetched = switch (origin) {
            case Origin.Local local -> new Fetched(local.file(), local.text(), false);
            case Origin.Remote remote -> from(remote.address(), remote.text(), sha256, download);
            case Origin.Coordinate coordinate -> from(coordinate.jar(), coordinate.text(), sha256, download);
        };
        try {
            if (!sha256.isEmpty()) {
                compare(fetched, PluginJar.sha256(fetched.file()), sha256, "SHA-256");
            } else if (origin instanceof Origin.Coordinate coordinate) {
                compareWithRepository(fetched, coordinate.jar(), download);
            }
            return fetched;
        } catch (RuntimeException e) {
            fetched.close();
            throw e;
        }
    }

    private static Fetched from(URI address, String text, String sha256, Download download) {
        if ("http".equalsIgnoreCase(address.getScheme()) && sha256.isEmpty()) {
            throw new BorealisException(
                    "plugin-download",
                    text
                            + " comes over http, where anybody on the way can change it; use https, or say what its content"
                            + " has to be with --sha256");
        }
        var fetched = new Fetched(temporary(), text, true);
        try {
            if (!download.get(address, fetched.file())) {
                throw new BorealisException("plugin-download", "there is no " + new Origin.Remote(address).text());
            }
            return fetched;
        } catch (RuntimeException e) {
            fetched.close();
            throw e;
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempFile("borealis-plugin-", ".jar");
        } catch (IOException e) {
            throw new BorealisException("plugin-download", "no temporary file can be written: " + e.getMessage(), e);
        }
    }

    /** Maven repositories have a checksum beside each file; the first of these that is there counts. */
    private static void compareWithRepository(Fetched fetched, URI jar, Download download) {
        for (String ending : List.of(".sha256", ".sha1")) {
            Path file = temporary();
            try {
                if (new Download(CHECKSUM_BYTES, download.patience()).get(URI.create(jar + ending), file)) {
                    String wanted = Files.readString(file).strip().split("\\s")[0];
                    String algorithm = CHECKSUMS.getOrDefault(ending, "");
                    compare(fetched, PluginJar.digest(fetched.file(), algorithm), wanted, algorithm);
                    return;
                }
            } catch (IOException e) {
                throw new BorealisException("plugin-download", jar + ending + " can't be read: " + e.getMessage(), e);
            } finally {
                delete(file);
            }
        }
    }

    private static void compare(Fetched fetched, String got, String wanted, String algorithm) {
        if (!got.equals(wanted.toLowerCase(Locale.ROOT))) {
            throw new BorealisException(
                    "plugin-altered",
                    fetched.from() + " is not what it should be: its " + algorithm + " is " + got + ", wanted is "
                            + wanted + "; nothing was installed");
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // in the temporary folder, which somebody clears
        }
    }

    @Override
    public void close() {
        if (isTemporary) {
            delete(file);
        }
    }
}
