package org.borealis.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.borealis.command.Command;
import org.borealis.command.Interruption;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine;

/** Runs the command line that the launcher was given, on the launcher's main thread. */
@Component(service = Callable.class, property = "main.thread:Boolean=true")
public final class Shell implements Callable<Integer> {
    private final List<String> arguments;
    private final Commands commands;
    private final InstalledPlugins plugins;
    private final DroppedPlugins dropped;
    private final BundleContext context;

    /** @param launcher properties of the launcher's service; {@code launcher.arguments} is the command line */
    @Activate
    public Shell(
            @Reference(service = Object.class, target = "(launcher.arguments=*)") Map<String, Object> launcher,
            @Reference Commands commands,
            @Reference InstalledPlugins plugins,
            @Reference DroppedPlugins dropped,
            @Reference Interruption interruption,
            BundleContext context) {
        this.arguments = List.of((String[]) launcher.get("launcher.arguments"));
        this.commands = commands;
        this.plugins = plugins;
        this.dropped = dropped;
        this.context = context;
    }

    @Override
    public Integer call() {
        dropped.complete();
        dropped.leftOut().forEach(reason -> System.err.println("borealis: " + reason));
        plugins.refused().values().forEach(reason -> System.err.println("borealis: " + reason));
        return run(arguments);
    }

    private int run(List<String> line) {
        List<String> words = helpLast(line);
        var failures = new Failures(words.contains(CommandTree.DEBUG));
        String version = context.getBundle().getVersion().toString();
        List<DeclaredCommand> declared = commands.all();
        String first =
                words.stream().filter(word -> !word.startsWith("-")).findFirst().orElse("");
        var chosen = declared.stream().filter(each -> each.name().equals(first)).findFirst();
        try {
            if (chosen.isEmpty()) {
                return execute(CommandTree.of(version, declared), words, failures);
            }
            ServiceObjects<Command> instances = commands.open(chosen.get());
            Command command = instances.getService();
            if (chosen.get().isLive()) {
                watchPluginFolders();
            }
            try {
                return execute(CommandTree.of(version, declared, first, command), words, failures);
            } finally {
                instances.ungetService(command);
            }
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            return failures.report(e);
        }
    }

    /** {@code borealis help train} is what people try first. */
    private static List<String> helpLast(List<String> line) {
        if (line.isEmpty()) {
            return List.of(CommandTree.HELP);
        }
        if (!line.getFirst().equals("help")) {
            return line;
        }
        var words = new ArrayList<>(line.subList(1, line.size()));
        words.add(CommandTree.HELP);
        return words;
    }

    private static int execute(CommandLine tree, List<String> words, Failures failures) {
        tree.setParameterExceptionHandler((misuse, arguments) -> Misuse.report(misuse));
        tree.setExecutionExceptionHandler((failure, line, parsed) -> failures.report(failure));
        return tree.execute(words.toArray(String[]::new));
    }

    private void watchPluginFolders() throws BundleException {
        for (Bundle bundle : context.getBundles()) {
            if ("org.apache.felix.fileinstall".equals(bundle.getSymbolicName())) {
                bundle.start(Bundle.START_TRANSIENT);
            }
        }
    }
}
