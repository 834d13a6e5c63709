package org.borealis.shell.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * A jar that is a bundle by what its manifest says. Nothing in it is run to find out.
 *
 * @param name the bundle's symbolic name, of letters, digits, {@code . _ -} only
 * @param sha256 of the whole file, in lower-case hexadecimal digits
 */
public record PluginJar(Path file, String name, Version version, String sha256) {
    /** @throws BorealisException if the file is not a jar, not all of one, or not a bundle */
    public static PluginJar read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw refused(file, "it is not there", "check the path");
        }
        Attributes headers = manifest(file).getMainAttributes();
        String name = headers.getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (name == null || !"2".equals(headers.getValue(Constants.BUNDLE_MANIFESTVERSION))) {
            throw refused(
                    file,
                    "it is a jar but not an OSGi bundle: its manifest has no Bundle-SymbolicName and"
                            + " Bundle-ManifestVersion 2",
                    "build it with bnd-maven-plugin, which writes both");
        }
        String plain = name.replaceFirst(";.*", "").strip();
        if (!plain.matches("[A-Za-z0-9_-][A-Za-z0-9_.-]*")) {
            throw refused(file, "its Bundle-SymbolicName is '" + plain + "'", "letters, digits, '.', '_' and '-' do");
        }
        try {
            return new PluginJar(
                    file, plain, Version.parseVersion(headers.getValue(Constants.BUNDLE_VERSION)), sha256(file));
        } catch (IllegalArgumentException e) {
            throw refused(file, "its Bundle-Version is wrong: " + e.getMessage(), "write it as in 1.0.0");
        }
    }

    /** The manifest. */
    public Manifest manifest() {
        return manifest(file);
    }

    private static Manifest manifest(Path file) {
        try (var jar = new JarFile(file.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            return manifest == null ? new Manifest() : manifest;
        } catch (IOException | IllegalArgumentException e) {
            throw refused(
                    file, "it is no jar, or only a part of one (" + e.getMessage() + ")", "get or build it again");
        }
    }

    /** SHA-256 of a file, in lower-case hexadecimal digits. */
    public static String sha256(Path file) {
        return digest(file, "SHA-256");
    }

    static String digest(Path file, String algorithm) {
        try (InputStream content = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance(algorithm);
            new DigestInputStream(content, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw refused(file, "it can't be read: " + e.getMessage(), "check its rights");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static BorealisException refused(Path file, String why, String advice) {
        return new BorealisException("plugin-refused", "plug-in " + file + " is left out: " + why + "; " + advice);
    }
}
