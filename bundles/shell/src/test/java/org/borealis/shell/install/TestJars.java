package org.borealis.shell.install;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Small jars. */
final class TestJars {
    private TestJars() {}

    /** A bundle with one file in it. */
    static Path bundle(Path file, String name, String version, String content) throws IOException {
        var manifest = new Manifest();
        var headers = manifest.getMainAttributes();
        headers.putValue("Manifest-Version", "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", name + ";singleton:=true");
        headers.putValue("Bundle-Version", version);
        return jar(file, manifest, content);
    }

    static Path jar(Path file, Manifest manifest, String content) throws IOException {
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            jar.putNextEntry(new JarEntry("content.txt"));
            jar.write(content.getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        }
        return file;
    }
}
