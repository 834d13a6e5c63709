package org.borealis.recipes;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.borealis.recipe.Contract;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes plug-ins by giving their components a configuration each. */
@Component
public final class ConfiguredPlugins implements Plugins {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredPlugins.class);

    private final BundleContext context;
    private final InstalledPlugins installed;
    private final KnownOrigins origins;
    private final Opening opening;

    @Activate
    public ConfiguredPlugins(
            BundleContext context,
            @Reference ServiceComponentRuntime components,
            @Reference ConfigurationAdmin configurations) {
        this.context = context;
        this.installed = new InstalledPlugins(context, components);
        this.opening = new Opening(context, components, configurations);
        this.origins = new KnownOrigins(installed);
        context.addBundleListener(origins);
    }

    @Deactivate
    void close() {
        context.removeBundleListener(origins);
    }

    @Override
    public List<String> names(Contract<?> contract) {
        return installed.names(contract);
    }

    @Override
    public List<DeclaredSetting> settings(long bundle, String component) {
        return installed.settings(bundle, component).stream()
                .map(Setting::declaration)
                .toList();
    }

    @Override
    public <T> Choice<T> open(Contract<T> contract, Section section, Duration patience) {
        InstalledPlugin plugin = awaited(contract, section.name(), patience);
        return opening.open(contract, plugin, complete(plugin, section));
    }

    @Override
    public List<String> origins(Contract<?> contract, String name) {
        return origins.of(contract, name);
    }

    @Override
    public <T> Choice<T> open(Contract<T> contract, Section section, String origin) {
        InstalledPlugin plugin = installed
                .versions(contract, section.name())
                .filter(each -> each.origin().equals(origin))
                .findFirst()
                .orElseThrow(() -> missing(contract, section.name(), origin));
        return opening.open(contract, plugin, complete(plugin, section));
    }

    private BorealisException missing(Contract<?> contract, String name, String origin) {
        var present = origins.of(contract, name);
        return new BorealisException(
                "plugin-missing",
                contract.section() + " '" + name + "' of " + origin + " is not installed; installed: "
                        + (present.isEmpty() ? "none" : String.join(", ", present))
                        + ". Put that very build into plugins/");
    }

    private static Section complete(InstalledPlugin plugin, Section section) {
        String origin = "section '" + plugin.contract().section() + "'";
        var given = new LinkedHashMap<String, Given>();
        section.settings().forEach((key, value) -> given.put(key, Given.of(value, origin)));
        var problems = new Problems();
        var settings = plugin.schema().complete(given, problems);
        problems.stopIfAny();
        return new Section(section.name(), settings, section.groups());
    }

    private InstalledPlugin awaited(Contract<?> contract, String name, Duration patience) {
        Optional<InstalledPlugin> plugin = installed.find(contract, name);
        if (plugin.isEmpty() && patience.isPositive()) {
            LOG.info("waiting for {} '{}': drop its bundle into plugins/", contract.section(), name);
            plugin = Waiting.poll(patience, () -> installed.find(contract, name));
        }
        return plugin.orElseThrow(() -> missing(contract, name, patience));
    }

    private BorealisException missing(Contract<?> contract, String name, Duration patience) {
        String waited = patience.isPositive() ? "waited " + patience.toSeconds() + " s: " : "";
        return new BorealisException("plugin-missing", waited + installed.missing(contract, name) + ".");
    }
}
