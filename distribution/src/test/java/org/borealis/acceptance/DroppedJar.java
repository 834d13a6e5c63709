package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import aQute.bnd.osgi.Builder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;

/** A bundle made of one source file as its author would make it, with javac and bnd, against the platform. */
record DroppedJar(Path jar) {

    /** As below, in version 1.0.0. */
    static DroppedJar of(Path source, String name, Path folder) throws Exception {
        return of(source, name, "1.0.0", folder);
    }

    /** Compiles a class of the package {@code example.NAME}. */
    static DroppedJar of(Path source, String name, String version, Path folder) throws Exception {
        var classes = Files.createDirectories(folder.resolve(name + "-" + version));
        var classPath = System.getProperty("java.class.path");
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", classes.toString(), "-cp", classPath, "-proc:none", source.toString());
        assertEquals(0, failed, () -> source + " does not compile");
        try (var builder = new Builder()) {
            builder.setProperty("Bundle-SymbolicName", "example." + name);
            builder.setProperty("Bundle-Version", version);
            builder.setProperty("-privatepackage", "example." + name);
            var elements = new ArrayList<>(List.of(classes.toFile()));
            for (String element : classPath.split(File.pathSeparator)) {
                if (element.endsWith(".jar")) {
                    elements.add(new File(element));
                }
            }
            builder.setClasspath(elements.toArray(File[]::new));
            var built = builder.build();
            assertTrue(builder.getErrors().isEmpty(), () -> builder.getErrors().toString());
            var jar = folder.resolve(name + "-" + version + ".jar");
            built.write(jar.toFile());
            return new DroppedJar(jar);
        }
    }

    /**
     * A copy of another name with other headers.
     *
     * @param headers their names and values in turn
     */
    DroppedJar with(String name, String... headers) throws IOException {
        var changed = jar.resolveSibling(name + ".jar");
        try (var in = new JarFile(jar.toFile())) {
            var manifest = in.getManifest();
            manifest.getMainAttributes().putValue("Bundle-SymbolicName", "example." + name);
            for (int i = 0; i < headers.length; i += 2) {
                manifest.getMainAttributes().putValue(headers[i], headers[i + 1]);
            }
            try (var out = new JarOutputStream(Files.newOutputStream(changed), manifest)) {
                for (var entry : in.stream().toList()) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        out.putNextEntry(new JarEntry(entry.getName()));
                        in.getInputStream(entry).transferTo(out);
                    }
                }
            }
        }
        return new DroppedJar(changed);
    }

    /** What it imports. */
    String imports() throws IOException {
        try (var in = new JarFile(jar.toFile())) {
            return in.getManifest().getMainAttributes().getValue("Import-Package");
        }
    }

    /** Puts a copy into a folder, whole at once, as the documentation says. */
    Path into(Path folder) throws Exception {
        var hidden = Files.copy(jar, folder.resolve("." + jar.getFileName() + ".part"));
        return Files.move(
                hidden,
                folder.resolve(jar.getFileName()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
