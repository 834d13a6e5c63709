package org.borealis.recipes;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The plug-ins in the container, as their components declare them; none of them has been started for that. */
record InstalledPlugins(BundleContext context, ServiceComponentRuntime components) implements Catalogue {

    @Override
    public List<String> names(Contract<?> contract) {
        return all(contract).map(InstalledPlugin::name).distinct().sorted().toList();
    }

    @Override
    public Optional<Schema> schema(Contract<?> contract, String name) {
        return find(contract, name).map(InstalledPlugin::schema);
    }

    /** The plug-in of that name; while several versions are installed, the newest. */
    Optional<InstalledPlugin> find(Contract<?> contract, String name) {
        return versions(contract, name).findFirst();
    }

    /** All plug-ins of that name: the newest version first, and of one version the one that was installed first. */
    Stream<InstalledPlugin> versions(Contract<?> contract, String name) {
        return all(contract)
                .filter(plugin -> plugin.name().equals(name))
                .sorted(Comparator.comparing(
                                (InstalledPlugin plugin) -> plugin.bundle().getVersion())
                        .reversed()
                        .thenComparing(plugin -> plugin.bundle().getBundleId()));
    }

    /** What a component declares, whether or not a recipe can choose it. */
    List<Setting> settings(long id, String component) {
        return Optional.ofNullable(context.getBundle(id))
                .flatMap(bundle -> Optional.ofNullable(components.getComponentDescriptionDTO(bundle, component))
                        .map(found -> Metatype.settings(bundle, InstalledPlugin.pid(found))))
                .orElseThrow(() -> new BorealisException(
                        "plugin-gone",
                        "bundle " + id + " has no component '" + component
                                + "'; it was stopped, updated or removed: try again"));
    }

    private Stream<InstalledPlugin> all(Contract<?> contract) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(component -> List.of(component.serviceInterfaces)
                        .contains(contract.type().getName()))
                .flatMap(component -> plugin(contract, component).stream());
    }

    private Optional<InstalledPlugin> plugin(Contract<?> contract, ComponentDescriptionDTO component) {
        // The bundle may have gone since the list was made.
        Bundle bundle = context.getBundle(component.bundle.id);
        boolean isNamed = component.properties.get(contract.property()) instanceof String;
        return bundle != null && isNamed
                ? Optional.of(new InstalledPlugin(
                        contract, String.valueOf(component.properties.get(contract.property())), bundle, component))
                : Optional.empty();
    }
}
