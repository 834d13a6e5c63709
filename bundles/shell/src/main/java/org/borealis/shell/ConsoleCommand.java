package org.borealis.shell;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.borealis.command.Command;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import org.osgi.util.tracker.ServiceTracker;
import picocli.CommandLine;

/** {@code borealis shell}: a Gogo console in the running container. */
@Component(
        service = Command.class,
        scope = ServiceScope.PROTOTYPE,
        property = {Command.NAME + "=shell", Command.LIVE + ":Boolean=true"})
@CommandLine.Command(
        name = "shell",
        description = "Opens a console in the running container (Apache Felix Gogo).",
        footer = {
            "",
            "Examples:",
            "  borealis shell                   then: lb, scr:list, scr:info NAME; Ctrl-D ends it",
            "  borealis shell scr:list          runs one console command"
        })
public final class ConsoleCommand implements Command {
    private static final Set<String> CONSOLE =
            Set.of("org.apache.felix.gogo.runtime", "org.apache.felix.gogo.command", "org.apache.felix.gogo.shell");

    private final BundleContext context;

    @CommandLine.Parameters(arity = "0..*", paramLabel = "WORD", description = "A console command to run instead.")
    List<String> words = List.of();

    @Activate
    public ConsoleCommand(BundleContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        for (Bundle bundle : context.getBundles()) {
            if (CONSOLE.contains(bundle.getSymbolicName())) {
                start(bundle);
            }
        }
        var processors = new ServiceTracker<CommandProcessor, CommandProcessor>(context, CommandProcessor.class, null);
        processors.open();
        CommandProcessor processor = processors.waitForService(TimeUnit.SECONDS.toMillis(10));
        if (processor == null) {
            throw new BorealisException("console-missing", "Gogo's bundles are not in this distribution");
        }
        // Not System.out: Gogo has put itself behind it, and would write to itself.
        try (CommandSession session = processor.createSession(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err))) {
            awaitConsole(session);
            Object result =
                    session.execute(words.isEmpty() ? "gosh --login --quiet --noshutdown" : String.join(" ", words));
            if (!words.isEmpty() && result != null) {
                System.out.println(session.format(result, org.apache.felix.service.command.Converter.INSPECT));
            }
        } finally {
            processors.close();
        }
        return DONE;
    }

    private static void start(Bundle bundle) throws BundleException {
        bundle.start(Bundle.START_TRANSIENT);
    }

    /** Gogo registers its own commands on a thread of its own. */
    private static void awaitConsole(CommandSession session) throws InterruptedException {
        for (int i = 0; i < 200 && session.get("gogo:gosh") == null; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
