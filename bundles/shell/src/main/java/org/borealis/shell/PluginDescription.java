package org.borealis.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.shell.install.LockedJar;
import org.borealis.shell.install.PluginJar;
import org.borealis.shell.install.PluginLock;
import org.osgi.framework.Bundle;

/** All that is known of a plug-in, as text or for JSON. */
record PluginDescription(InstalledPlugin plugin, List<DeclaredSetting> settings) {

    Map<String, Object> toJson() {
        var described = new LinkedHashMap<>(plugin.toJson());
        file().ifPresent(file -> {
            described.put("file", file.toString());
            described.put("sha256", PluginJar.sha256(file));
        });
        locked().ifPresent(locked -> {
            described.put("from", locked.from());
            described.put("date", locked.date().toString());
        });
        described.put(
                "settings", settings.stream().map(PluginDescription::described).toList());
        return described;
    }

    private static Map<String, Object> described(DeclaredSetting setting) {
        var described = new LinkedHashMap<String, Object>();
        described.put("key", setting.key());
        described.put("type", setting.type());
        described.put("list", setting.isList());
        described.put("default", setting.isList() ? setting.defaults() : String.join(",", setting.defaults()));
        described.put("required", setting.isRequired());
        described.put("range", setting.range());
        described.put("options", setting.options());
        described.put("description", setting.description());
        return described;
    }

    /** The jar of the plug-in's bundle; bundles on the class path lie in the distribution. */
    private Optional<Path> file() {
        Bundle bundle = plugin.bundle();
        String location = bundle.getLocation();
        return DroppedPlugins.file(bundle)
                .or(() -> location.startsWith("classpath:")
                        ? Optional.of(Path.of(
                                System.getProperty("borealis.home", ""),
                                "bundles",
                                location.substring("classpath:".length())))
                        : Optional.empty())
                .filter(Files::isRegularFile);
    }

    private Optional<LockedJar> locked() {
        return file().flatMap(file -> Optional.ofNullable(file.getParent())
                .flatMap(PluginLock::of)
                .flatMap(lock -> lock.find(PluginJar.read(file))));
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        line(text, plugin.kind() + " " + plugin.name() + ": " + plugin.state());
        line(
                text,
                "  from " + plugin.bundle().getSymbolicName() + " "
                        + plugin.bundle().getVersion() + ", implements " + plugin.contract());
        file().ifPresent(file -> line(text, "  in " + file + ", SHA-256 " + PluginJar.sha256(file)));
        locked().ifPresent(locked -> line(text, "  installed from " + locked.from() + " on " + locked.date()));
        if (settings.isEmpty()) {
            line(text, "  It has no settings.");
        } else {
            text.append(table());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append(System.lineSeparator());
    }

    private Table table() {
        var table = new Table("  SETTING", "TYPE", "DEFAULT", "RANGE", "MEANING");
        for (DeclaredSetting setting : settings) {
            table.row(
                    "  " + setting.key(),
                    setting.isList() ? "list of " + setting.type() : setting.type(),
                    setting.isRequired() ? "(required)" : String.join(", ", setting.defaults()),
                    setting.options().isEmpty() ? setting.range() : String.join("|", setting.options()),
                    setting.description());
        }
        return table;
    }
}
