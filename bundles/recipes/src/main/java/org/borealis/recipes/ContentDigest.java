package org.borealis.recipes;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.WeakHashMap;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Bundle;

/**
 * Tells two builds of a bundle apart that have the same version, by what the container has of it: the jar that it came from may have been
 * replaced since.
 */
final class ContentDigest {
    /** Where a bundle has more, as one with a native library does, the length of an entry stands for its content: a run starts at once. */
    private static final long MOST_BYTES = 2 << 20;

    /** As many as tell apart what one site ever builds. */
    private static final int DIGITS = 12;

    /** Plug-ins that lie in one bundle ask for the same. */
    private static final Map<Bundle, Known> KNOWN = Collections.synchronizedMap(new WeakHashMap<>());

    private ContentDigest() {}

    /** @param modified when the bundle was installed or updated, in milliseconds */
    private record Known(long modified, String digest) {}

    /** The beginning of a SHA-256 over names and contents of the entries, sorted by name. */
    static String of(Bundle bundle) {
        long modified = bundle.getLastModified();
        var known = KNOWN.get(bundle);
        if (known == null || known.modified() != modified) {
            known = new Known(modified, digest(bundle));
            KNOWN.put(bundle, known);
        }
        return known.digest();
    }

    private static String digest(Bundle bundle) {
        try {
            var entries = new TreeMap<String, URL>();
            for (URL entry : Collections.list(
                    Optional.ofNullable(bundle.findEntries("/", "*", true)).orElseGet(Collections::emptyEnumeration))) {
                entries.put(entry.getPath(), entry);
            }
            var digest = MessageDigest.getInstance("SHA-256");
            long left = MOST_BYTES;
            for (var entry : entries.entrySet()) {
                if (!entry.getKey().endsWith("/")) {
                    left -= add(entry.getKey(), entry.getValue(), left, digest);
                }
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
        } catch (IOException | IllegalStateException e) {
            throw new BorealisException(
                    "plugin-gone",
                    bundle.getSymbolicName() + " " + bundle.getVersion() + " can't be read: " + e.getMessage()
                            + "; it was stopped, updated or removed: try again",
                    e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** @return how much was read */
    private static long add(String name, URL entry, long most, MessageDigest digest) throws IOException {
        URLConnection connection = entry.openConnection();
        long length = connection.getContentLengthLong();
        digest.update((name + " " + length + "\n").getBytes(StandardCharsets.UTF_8));
        if (length > most) {
            return 0;
        }
        try (InputStream content = connection.getInputStream()) {
            digest.update(content.readAllBytes());
        }
        return length;
    }
}
