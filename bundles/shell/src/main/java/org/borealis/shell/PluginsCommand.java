package org.borealis.shell;

import java.nio.file.Path;
import java.util.List;
import org.borealis.command.Command;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.recipe.Plugins;
import org.borealis.shell.install.Installing;
import org.borealis.shell.install.LockedJar;
import org.borealis.shell.install.PluginFolder;
import org.borealis.shell.install.Signer;
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
        description = "Lists, describes, installs and removes plug-ins.",
        footer = {
            "",
            "Examples:",
            "  borealis plugins list --kind optimizer",
            "  borealis plugins describe adamw",
            "  borealis plugins install com.example:optimizer-compass:1.0.0",
            "",
            "Your folder of plug-ins is ~/.borealis/plugins, or the one that BOREALIS_PLUGINS names."
        })
public final class PluginsCommand implements Command {
    private final InstalledPlugins plugins;
    private final DroppedPlugins dropped;
    private final Plugins declarations;

    @Activate
    public PluginsCommand(
            @Reference InstalledPlugins plugins, @Reference DroppedPlugins dropped, @Reference Plugins declarations) {
        this.plugins = plugins;
        this.dropped = dropped;
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
        List<InstalledPlugin> found = names().ofKind(kind);
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
        List<PluginDescription> described = names().named(wanted).stream()
                .map(each -> new PluginDescription(each, settings(each)))
                .toList();
        if (asJson) {
            System.out.println(
                    Json.of(described.stream().map(PluginDescription::toJson).toList()));
        } else {
            described.forEach(System.out::print);
        }
        return DONE;
    }

    private PluginNames names() {
        return new PluginNames(plugins.all());
    }

    private List<DeclaredSetting> settings(InstalledPlugin plugin) {
        return declarations.settings(plugin.bundle().getBundleId(), plugin.component());
    }

    @CommandLine.Command(
            name = "install",
            description = "Puts a plug-in into your folder of plug-ins, where every command and run finds it.",
            footer = {
                "",
                "Examples:",
                "  borealis plugins install target/optimizer-compass-1.0.0.jar --replace",
                "  borealis plugins install com.example:optimizer-compass:1.0.0",
                "  borealis plugins install https://example.com/compass.jar --sha256 9f86d081...",
                "",
                "Nothing is written before the jar has been checked: that it is a bundle, and that what it needs is",
                "here. From the first installation on, plugins.lock in that folder names each jar with its SHA-256;",
                "a jar that it does not name, or that was altered, is not started."
            })
    int install(
            @CommandLine.Parameters(
                            paramLabel = "SOURCE",
                            description =
                                    "A file, a Maven coordinate group:artifact:version[:classifier], or an address.")
                    String source,
            @CommandLine.Option(names = "--replace", description = "Takes the place of another build of it.")
                    boolean replaces,
            @CommandLine.Option(
                            names = "--sha256",
                            paramLabel = "HEX",
                            defaultValue = "",
                            description = "What the file must have; needed where it comes over http.")
                    String sha256,
            @CommandLine.Option(
                            names = "--repository",
                            paramLabel = "ADDRESS",
                            defaultValue = "https://repo.maven.apache.org/maven2",
                            description = "Maven repository for coordinates; the default is Maven Central.")
                    String repository,
            @CommandLine.Option(
                            names = "--require-signature",
                            description = "Demands that a trusted signer signed all of it.")
                    boolean needsSignature) {
        LockedJar installed = new Installing(repository, sha256, replaces, needsSignature)
                .install(source, folder(), jar -> dropped.demandUsable(jar, folder()));
        System.out.println("installed " + installed.name() + " " + installed.version() + ": "
                + folder().path().resolve(installed.file()) + ", SHA-256 " + installed.sha256()
                + (installed.signer().isEmpty() ? "" : ", signed by " + installed.signer()));
        return DONE;
    }

    @CommandLine.Command(name = "remove", description = "Takes a plug-in out of your folder of plug-ins.")
    int remove(
            @CommandLine.Parameters(
                            paramLabel = "NAME",
                            description = "Its name, KIND:NAME, the name of its bundle, or that of its file.")
                    String wanted) {
        Path jar = names().removable(wanted, folder());
        folder().remove(String.valueOf(jar.getFileName()));
        System.out.println("removed " + jar);
        return DONE;
    }

    @CommandLine.Command(
            name = "trust",
            description = "Trusts plug-ins that are signed with a certificate (jarsigner, keytool).")
    int trust(
            @CommandLine.Parameters(paramLabel = "CERTIFICATE", description = "A file, in PEM or DER.")
                    Path certificate,
            @CommandLine.Option(
                            names = "--require",
                            description =
                                    "From now on, nothing in your folder is started that no trusted signer signed.")
                    boolean requiresSignatures) {
        Signer signer = folder().trust(certificate, requiresSignatures);
        System.out.println("trusted is " + signer.name() + ", SHA-256 " + signer.sha256());
        return DONE;
    }

    /** That of the user: of the folders that the launcher names, the first. */
    private PluginFolder folder() {
        return dropped.folders().stream()
                .findFirst()
                .orElseThrow(() -> new BorealisException("plugin-folder", "the launcher names no folder of plug-ins"));
    }
}
