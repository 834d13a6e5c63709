package org.borealis.shell;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** What the container holds that can be named: read anew at each call, from what the components declare. */
@Component(service = InstalledPlugins.class)
public final class InstalledPlugins {
    private static final Comparator<InstalledPlugin> BY_KIND_AND_NAME =
            Comparator.comparing(InstalledPlugin::kind).thenComparing(InstalledPlugin::name);
    /** Service properties that hold a plug-in's name; every other one ends in {@code .name}. */
    private static final Set<String> OTHER_NAMES = Set.of("model.family", "parallel.axis");

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
        String pid = component.configurationPid.length == 0 ? component.name : component.configurationPid[0];
        return component.properties.entrySet().stream()
                .filter(property -> property.getKey().endsWith(".name") || OTHER_NAMES.contains(property.getKey()))
                .flatMap(property -> values(property.getValue())
                        .map(name -> new InstalledPlugin(
                                contracts.getFirst(),
                                property.getKey().substring(0, property.getKey().indexOf('.')),
                                name,
                                bundle,
                                pid,
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
                    state = "waits for "
                            + Stream.of(use.unsatisfiedReferences)
                                    .map(reference -> interfaceOf(component, reference.name))
                                    .collect(Collectors.joining(", "));
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

    private static String interfaceOf(ComponentDescriptionDTO component, String reference) {
        return Stream.of(component.references)
                .filter(each -> each.name.equals(reference))
                .map(each -> each.target == null ? each.interfaceName : each.interfaceName + " " + each.target)
                .findFirst()
                .orElse(reference);
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
