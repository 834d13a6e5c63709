package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import aQute.bnd.osgi.Builder;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;

/** A bundle made of one source file as its author would make it, with javac and bnd, against the platform. */
record DroppedJar(Path jar) {

    /** Compiles a class of the package {@code example.NAME}. */
    static DroppedJar of(Path source, String name, Path folder) throws Exception {
        var classes = Files.createDirectories(folder.resolve(name + "-classes"));
        var classPath = System.getProperty("java.class.path");
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", classes.toString(), "-cp", classPath, "-proc:none", source.toString());
        assertEquals(0, failed, () -> source + " does not compile");
        try (var builder = new Builder()) {
            builder.setProperty("Bundle-SymbolicName", "example." + name);
            builder.setProperty("Bundle-Version", "1.0.0");
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
            var jar = folder.resolve(name + ".jar");
            built.write(jar.toFile());
            return new DroppedJar(jar);
        }
    }

    /** Puts a copy into a folder, whole at once, as the documentation says. */
    Path into(Path folder) throws Exception {
        var hidden = Files.copy(jar, folder.resolve("." + jar.getFileName() + ".part"));
        return Files.move(hidden, folder.resolve(jar.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
}
