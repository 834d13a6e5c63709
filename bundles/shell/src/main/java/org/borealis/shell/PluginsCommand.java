package org.borealis.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.command.Command;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.recipe.Plugins;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;

/** {@code borealis plugins}: what a recipe can name, and what each lets it set. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=plugins")
@CommandLine.Command(
        name = "plugins",
        description = "Lists and describes what is installed.",
        footer = {
            "",
            "Examples:",
            "  borealis plugins list --kind optimizer",
            "  borealis plugins describe adamw",
            "",
            "A jar in ~/.borealis/plugins, or in the folder that BOREALIS_PLUGINS names, is a plug-in too."
        })
public final class PluginsCommand implements Command {
    private final InstalledPlugins plugins;
    private final Plugins declarations;

    @Activate
    public PluginsCommand(@Reference InstalledPlugins plugins, @Reference Plugins declarations) {
        this.plugins = plugins;
        this.declarations = declarations;
    }

    @Override
    public Integer call() {
        return list("", false);
    }

    @CommandLine.Command(name = "list", description = "Lists what a recipe or the command line can name.")
    int list(
            @CommandLine.Option(
                            names = "--kind",
                            paramLabel = "KIND",
                            defaultValue = "",
                            description = "Only these, such as optimizer.")
                    String kind,
            @CommandLine.Option(names = "--json", description = "Prints a JSON array.") boolean asJson) {
        List<InstalledPlugin> found = kind.isEmpty() ? plugins.all() : plugins.all(kind);
        if (!kind.isEmpty() && found.isEmpty()) {
            throw unknown(
                    "kind of plug-in",
                    kind,
                    plugins.all().stream().map(InstalledPlugin::kind).distinct().toList());
        }
        if (asJson) {
            System.out.println(
                    Json.of(found.stream().map(InstalledPlugin::toJson).toList()));
            return DONE;
        }
        var table = new Table("KIND", "NAME", "IMPLEMENTS", "STATE", "BUNDLE");
        for (InstalledPlugin each : found) {
            table.row(
                    each.kind(),
                    each.name(),
                    each.contract().substring(each.contract().lastIndexOf('.') + 1),
                    each.state(),
                    each.bundle().getSymbolicName() + " " + each.bundle().getVersion());
        }
        System.out.print(table);
        return DONE;
    }

    @CommandLine.Command(name = "describe", description = "Tells what a plug-in is and every setting that it has.")
    int describe(
            @CommandLine.Parameters(
                            paramLabel = "NAME",
                            description = "Its name, or KIND:NAME where two have the same.")
                    String wanted,
            @CommandLine.Option(names = "--json", description = "Prints a JSON array.") boolean asJson) {
        List<InstalledPlugin> all = plugins.all();
        List<InstalledPlugin> found = all.stream()
                .filter(each -> wanted.equals(each.name()) || wanted.equals(each.kind() + ":" + each.name()))
                .toList();
        if (found.isEmpty()) {
            throw unknown(
                    "plug-in",
                    wanted,
                    all.stream().map(InstalledPlugin::name).distinct().toList());
        }
        if (asJson) {
            System.out.println(Json.of(found.stream().map(this::described).toList()));
        } else {
            found.forEach(this::print);
        }
        return DONE;
    }

    private static BorealisException unknown(String what, String wanted, List<String> legal) {
        String nearest = Spelling.nearest(wanted, legal)
                .map(name -> "did you mean '" + name + "'? ")
                .orElse("");
        return new BorealisException(
                "plugin-unknown",
                "no " + what + " '" + wanted + "' is installed; " + nearest + "Installed: " + String.join(", ", legal));
    }

    private List<DeclaredSetting> settings(InstalledPlugin plugin) {
        return declarations.settings(plugin.bundle().getBundleId(), plugin.component());
    }

    private Map<String, Object> described(InstalledPlugin plugin) {
        var described = new LinkedHashMap<>(plugin.toJson());
        described.put(
                "settings",
                settings(plugin).stream().map(PluginsCommand::described).toList());
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

    private void print(InstalledPlugin plugin) {
        System.out.println(plugin.kind() + " " + plugin.name() + ": " + plugin.state());
        System.out.println("  from " + plugin.bundle().getSymbolicName() + " "
                + plugin.bundle().getVersion() + ", implements " + plugin.contract());
        List<DeclaredSetting> settings = settings(plugin);
        if (settings.isEmpty()) {
            System.out.println("  It has no settings.");
        } else {
            var table = new Table("  SETTING", "TYPE", "DEFAULT", "RANGE", "MEANING");
            for (DeclaredSetting setting : settings) {
                table.row(
                        "  " + setting.key(),
                        setting.isList() ? "list of " + setting.type() : setting.type(),
                        setting.isRequired() ? "(required)" : String.join(", ", setting.defaults()),
                        setting.options().isEmpty() ? setting.range() : String.join("|", setting.options()),
                        setting.description());
            }
            System.out.print(table);
        }
    }
}
