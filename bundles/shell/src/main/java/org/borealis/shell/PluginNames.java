package org.borealis.shell;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.borealis.shell.install.PluginFolder;
import org.borealis.tensor.BorealisException;

/** Finds what a person means among what is installed. */
record PluginNames(List<InstalledPlugin> installed) {

    /** All, or those of a kind. */
    List<InstalledPlugin> ofKind(String kind) {
        List<InstalledPlugin> found = installed.stream()
                .filter(plugin -> kind.isEmpty() || plugin.kind().equals(kind))
                .toList();
        if (found.isEmpty()) {
            throw unknown("kind of plug-in", kind, InstalledPlugin::kind);
        }
        return found;
    }

    /** Those called NAME or KIND:NAME. */
    List<InstalledPlugin> named(String wanted) {
        List<InstalledPlugin> found =
                installed.stream().filter(plugin -> isNamed(plugin, wanted)).toList();
        if (found.isEmpty()) {
            throw unknown("plug-in", wanted, InstalledPlugin::name);
        }
        return found;
    }

    private static boolean isNamed(InstalledPlugin plugin, String wanted) {
        return wanted.equals(plugin.name()) || wanted.equals(plugin.kind() + ":" + plugin.name());
    }

    private BorealisException unknown(String what, String wanted, Function<InstalledPlugin, String> word) {
        List<String> legal = installed.stream().map(word).distinct().toList();
        String nearest = Spelling.nearest(wanted, legal)
                .map(name -> "did you mean '" + name + "'? ")
                .orElse("");
        return new BorealisException(
                "plugin-unknown",
                "no " + what + " '" + wanted + "' is installed; " + nearest + "Installed: " + String.join(", ", legal));
    }

    /** The jar in a folder that is meant: by its file, its bundle, or a plug-in that it brings. */
    Path removable(String wanted, PluginFolder folder) {
        List<Path> jars = folder.jars();
        for (Path jar : jars) {
            if (jar.endsWith(wanted) || jar.endsWith(wanted + ".jar")) {
                return jar;
            }
        }
        List<Path> found = installed.stream()
                .filter(plugin ->
                        isNamed(plugin, wanted) || wanted.equals(plugin.bundle().getSymbolicName()))
                .flatMap(plugin -> DroppedPlugins.file(plugin.bundle()).stream())
                .distinct()
                .toList();
        return found.stream().filter(jars::contains).findFirst().orElseThrow(() -> notThere(wanted, found, folder));
    }

    private static BorealisException notThere(String wanted, List<Path> elsewhere, PluginFolder folder) {
        if (!elsewhere.isEmpty()) {
            return new BorealisException(
                    "plugin-unknown",
                    "plug-in '" + wanted + "' is in " + elsewhere.getFirst() + ", not in your folder " + folder.path()
                            + "; what is part of the distribution stays");
        }
        List<String> files = folder.jars().stream()
                .map(jar -> String.valueOf(jar.getFileName()))
                .toList();
        return new BorealisException(
                "plugin-unknown",
                "no plug-in '" + wanted + "' is in " + folder.path() + "; "
                        + (files.isEmpty() ? "nothing is" : "there is " + String.join(", ", files)));
    }
}
