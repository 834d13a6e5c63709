package org.borealis.launch;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folders that a container is made of.
 *
 * @param bundles jars of the platform and the engine, none of them a choice
 * @param classPath jars that the JVM already has on its class path; those that are bundles are used from there
 * @param pluginFolders folders of plug-ins, the one that wins first; a folder need not exist
 */
public record Installation(List<Path> bundles, List<Path> classPath, List<Path> pluginFolders) {
    public Installation {
        bundles = List.copyOf(bundles);
        classPath = List.copyOf(classPath);
        pluginFolders = List.copyOf(pluginFolders);
    }

    /**
     * The unpacked distribution in a folder, with the plug-ins of the user: those of the folder that the environment
     * variable {@code BOREALIS_PLUGINS} names, or else of {@code ~/.borealis/plugins}.
     */
    public static Installation in(Path home, String classPath, Map<String, String> environment) {
        List<Path> present = Stream.of(classPath.split(File.pathSeparator))
                .filter(element -> element.endsWith(".jar"))
                .map(Path::of)
                .toList();
        String userPlugins = environment.getOrDefault("BOREALIS_PLUGINS", "");
        Path user = userPlugins.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".borealis", "plugins")
                : Path.of(userPlugins);
        return new Installation(
                jars(home.resolve("bundles")), present, List.of(user.toAbsolutePath(), home.resolve("plugins")));
    }

    /** Whether a file says which plug-ins of a folder may start; the shell reads it. */
    static boolean isLocked(Path folder) {
        return Files.exists(folder.resolve("plugins.lock"));
    }

    /** The jars of a folder in the order of their names; none where there is no such folder. */
    static List<Path> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        var jars = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(folder, "[!.]*.jar")) {
            entries.forEach(jars::add);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be listed; check its permissions", e);
        }
        jars.sort(null);
        return jars;
    }
}
