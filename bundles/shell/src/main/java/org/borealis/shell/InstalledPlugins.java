package org.borealis.shell;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** What the container holds that can be named: read anew at each call, from what the components declare. */
@Component(service = InstalledPlugins.class)
public final class InstalledPlugins {
    private static final Comparator<InstalledPlugin> BY_KIND_AND_NAME =
            Comparator.comparing(InstalledPlugin::kind).thenComparing(InstalledPlugin::name);
    /** Service properties that hold a plug-in's name; every other one ends in {@code .name}. */
    private static final Set<String> OTHER_NAMES = Set.of("model.family", "parallel.axis");

    /** How far to follow components that wait for one another; they may do so in a circle. */
    private static final int DEEPEST = 5;

    private final ServiceComponentRuntime components;
    private final BundleContext context;

    @Activate
    public InstalledPlugins(@Reference ServiceComponentRuntime components, BundleContext context) {
        this.components = components;
        this.context = context;
    }

    /** Everything that has a name, commands included, sorted by kind and name. */
    List<InstalledPlugin> all() {
        return components.getComponentDescriptionDTOs().stream()
                .flatMap(this::named)
                .sorted(BY_KIND_AND_NAME)
                .toList();
    }

    /** Those of a kind. */
    List<InstalledPlugin> all(String kind) {
        return all().stream().filter(plugin -> plugin.kind().equals(kind)).toList();
    }

    private Stream<InstalledPlugin> named(ComponentDescriptionDTO component) {
        List<String> contracts = Stream.of(component.serviceInterfaces)
                .filter(contract -> contract.startsWith("org.borealis."))
                .toList();
        Bundle bundle = context.getBundle(component.bundle.id);
        if (contracts.isEmpty() || bundle == null) {
            return Stream.empty();
        }
        return component.properties.entrySet().stream()
                .filter(property -> property.getKey().endsWith(".name") || OTHER_NAMES.contains(property.getKey()))
                .flatMap(property -> values(property.getValue())
                        .map(name -> new InstalledPlugin(
                                contracts.getFirst(),
                                property.getKey().substring(0, property.getKey().indexOf('.')),
                                name,
                                bundle,
                                component.name,
                                state(component))));
    }

    private static Stream<String> values(Object property) {
        return switch (property) {
            case String one -> Stream.of(one);
            case String[] several -> Stream.of(several);
            case Collection<?> several -> several.stream().map(Object::toString);
            default -> Stream.of(property.toString());
        };
    }

    String state(ComponentDescriptionDTO component) {
        Collection<ComponentConfigurationDTO> uses = components.getComponentConfigurationDTOs(component);
        String state = "ready";
        for (ComponentConfigurationDTO use : uses) {
            switch (use.state) {
                case ComponentConfigurationDTO.ACTIVE -> {
                    return "active";
                }
                case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                    state = "failed: " + firstLine(use.failure == null ? "its constructor throws" : use.failure);
                case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                    state = "waits for " + String.join(", ", missing(component, use, DEEPEST));
                default -> {
                    // satisfied, or waiting for a recipe's settings: both are what "ready" says
                }
            }
        }
        return state;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }

    /** The services that nothing offers, through the components that wait for them in turn. */
    private Set<String> missing(ComponentDescriptionDTO component, ComponentConfigurationDTO use, int depth) {
        var missing = new LinkedHashSet<String>();
        for (UnsatisfiedReferenceDTO unsatisfied : use.unsatisfiedReferences) {
            for (ReferenceDTO reference : component.references) {
                if (reference.name.equals(unsatisfied.name)) {
                    Set<String> deeper = depth == 0 ? Set.of() : missing(reference.interfaceName, depth - 1);
                    missing.addAll(deeper.isEmpty() ? Set.of(named(reference)) : deeper);
                }
            }
        }
        return missing;
    }

    private Set<String> missing(String contract, int depth) {
        var missing = new LinkedHashSet<String>();
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            if (List.of(component.serviceInterfaces).contains(contract)) {
                components.getComponentConfigurationDTOs(component).stream()
                        .filter(use -> use.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE)
                        .forEach(use -> missing.addAll(missing(component, use, depth)));
            }
        }
        return missing;
    }

    private static String named(ReferenceDTO reference) {
        return reference.target == null ? reference.interfaceName : reference.interfaceName + " " + reference.target;
    }

    /** Bundles that the container refuses, each with the sentence that says why. */
    Map<Bundle, String> refused() {
        var refused = new LinkedHashMap<Bundle, String>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getState() == Bundle.INSTALLED) {
                refused.put(bundle, Refusals.reason(bundle, context));
            }
        }
        return refused;
    }
}
