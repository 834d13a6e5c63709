package org.borealis.shell;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.command.Command;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import picocli.CommandLine;

/** The commands that the container holds, read anew at each call: no command is made before it is called. */
@Component(service = Commands.class)
public final class Commands {
    private final ServiceComponentRuntime components;
    private final InstalledPlugins plugins;
    private final BundleContext context;

    @Activate
    public Commands(
            @Reference ServiceComponentRuntime components, @Reference InstalledPlugins plugins, BundleContext context) {
        this.components = components;
        this.plugins = plugins;
        this.context = context;
    }

    /** Every declared command, sorted by name. */
    List<DeclaredCommand> all() {
        return components.getComponentDescriptionDTOs().stream()
                .filter(component -> Stream.of(component.serviceInterfaces).anyMatch(Command.class.getName()::equals))
                .filter(component -> component.properties.get(Command.NAME) instanceof String)
                .flatMap(component -> declared(component).stream())
                .sorted(Comparator.comparing(DeclaredCommand::name))
                .toList();
    }

    private Optional<DeclaredCommand> declared(ComponentDescriptionDTO component) {
        Bundle bundle = context.getBundle(component.bundle.id);
        return bundle == null
                ? Optional.empty()
                : Optional.of(new DeclaredCommand(
                        String.valueOf(component.properties.get(Command.NAME)),
                        description(bundle, component.implementationClass),
                        Boolean.parseBoolean(String.valueOf(component.properties.get(Command.LIVE))),
                        bundle,
                        component.name,
                        plugins.state(component)));
    }

    /** The first sentence, from the annotation of the class: help needs no instance, so a command that can't run now is explained too. */
    private static String description(Bundle bundle, String implementation) {
        try {
            var annotation = bundle.loadClass(implementation).getAnnotation(CommandLine.Command.class);
            return annotation == null || annotation.description().length == 0
                    ? ""
                    : annotation.description()[0].replaceFirst("(?s)\\. .*", ".");
        } catch (ClassNotFoundException e) {
            return "(broken: " + e.getMessage() + " is missing in its bundle)";
        }
    }

    /**
     * The factory of a command's instances.
     *
     * @throws BorealisException if the command can't run now
     */
    ServiceObjects<Command> open(DeclaredCommand command) {
        try {
            for (ServiceReference<Command> reference : context.getServiceReferences(
                    Command.class,
                    "(&(" + Command.NAME + "=" + command.name() + ")(component.name=" + command.component() + "))")) {
                ServiceObjects<Command> instances = context.getServiceObjects(reference);
                if (instances != null) {
                    return instances;
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(command.name(), e);
        }
        throw new BorealisException(
                "command-not-ready",
                "'" + command.name() + "' of " + command.bundle().getSymbolicName() + " can't run: it "
                        + (command.state().equals("ready") ? "is not registered" : command.state())
                        + "; 'borealis plugins list' shows what is installed");
    }
}
