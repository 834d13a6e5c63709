package org.borealis.recipes;

import java.io.IOException;
import java.lang.reflect.Array;
import java.time.Duration;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** Configures a plug-in's component and takes the service that comes of it, known by a mark in its properties. */
record Opening(BundleContext context, ServiceComponentRuntime components, ConfigurationAdmin configurations) {
    /** Service property, different for each choice. */
    static final String MARK = "borealis.choice";

    /** The container makes the service known in milliseconds; what takes long is the constructor, which comes after. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    <T> OpenChoice<T> open(Contract<T> contract, InstalledPlugin plugin, Section section) {
        String mark = UUID.randomUUID().toString();
        Configuration configuration = configure(plugin, section, mark);
        try {
            ServiceReference<T> reference = Waiting.poll(PATIENCE, () -> registered(contract, plugin, mark))
                    .orElseThrow(() -> new BorealisException("plugin-failed", stuck(plugin, mark)));
            T service = context.getService(reference);
            if (service == null) {
                throw failed(plugin, mark);
            }
            return new OpenChoice<>(plugin, section, context, reference, service, configuration);
        } catch (RuntimeException e) {
            OpenChoice.delete(configuration);
            throw e;
        }
    }

    private Configuration configure(InstalledPlugin plugin, Section section, String mark) {
        var properties = new Hashtable<String, Object>();
        section.settings().forEach((key, value) -> properties.put(key, configurable(value)));
        properties.put(MARK, mark);
        try {
            // Bound to the bundle: another version of it has a component of the same identity.
            Configuration configuration = configurations.createFactoryConfiguration(
                    plugin.pid(), plugin.bundle().getLocation());
            configuration.update(properties);
            return configuration;
        } catch (IOException e) {
            throw new BorealisException(
                    "plugin-failed", "the settings of " + plugin.label() + " could not be stored: " + e, e);
        }
    }

    /** Configurations hold lists as arrays of their elements' type. */
    private static Object configurable(Object value) {
        if (!(value instanceof Collection<?> list)) {
            return value;
        }
        Class<?> type =
                list.stream().findFirst().<Class<?>>map(Object::getClass).orElse(String.class);
        return list.toArray((Object[]) Array.newInstance(type, 0));
    }

    private <T> Optional<ServiceReference<T>> registered(Contract<T> contract, InstalledPlugin plugin, String mark) {
        if (use(plugin, mark)
                .filter(use -> use.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
                .isPresent()) {
            throw failed(plugin, mark);
        }
        try {
            return context.getServiceReferences(contract.type(), "(" + MARK + "=" + mark + ")").stream()
                    .findFirst();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<ComponentConfigurationDTO> use(InstalledPlugin plugin, String mark) {
        return components.getComponentConfigurationDTOs(plugin.component()).stream()
                .filter(use -> mark.equals(use.properties.get(MARK)))
                .findFirst();
    }

    private BorealisException failed(InstalledPlugin plugin, String mark) {
        String trace = use(plugin, mark)
                .map(use -> Optional.ofNullable(use.failure).orElse(""))
                .orElse("");
        String reason = Failure.message(trace);
        return new BorealisException(
                "plugin-failed",
                plugin.schema().owner() + " of " + plugin.label() + " could not be made: "
                        + (reason.isEmpty() ? "it stopped before it was ready; see the log" : reason));
    }

    private String stuck(InstalledPlugin plugin, String mark) {
        List<String> wants = use(plugin, mark).stream()
                .flatMap(use -> Stream.of(use.unsatisfiedReferences))
                .map(reference -> interfaceOf(plugin, reference.name))
                .toList();
        String reason = wants.isEmpty()
                ? "the container did not accept its settings, or its bundle went away; see the log"
                : "it needs a service that is not there: " + String.join(", ", wants);
        return plugin.schema().owner() + " of " + plugin.label() + " did not start within " + PATIENCE.toSeconds()
                + " s: " + reason;
    }

    private static String interfaceOf(InstalledPlugin plugin, String reference) {
        return Stream.of(plugin.component().references)
                .filter(declared -> declared.name.equals(reference))
                .map(declared -> declared.interfaceName)
                .collect(Collectors.joining());
    }
}
