package org.borealis.conformance;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.borealis.device.Backend;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** The backends in the container, as their components declare them; none of them is started for that. */
@Component(service = InstalledBackends.class)
public final class InstalledBackends {
    private final ServiceComponentRuntime components;
    private final BundleContext context;

    @Activate
    public InstalledBackends(@Reference ServiceComponentRuntime components, BundleContext context) {
        this.components = components;
        this.context = context;
    }

    /** Bundles by the name of the backend. */
    Map<String, Installed> all() {
        var all = new TreeMap<String, Installed>();
        for (var component : components.getComponentDescriptionDTOs()) {
            Bundle bundle = context.getBundle(component.bundle.id);
            boolean isBackend = List.of(component.serviceInterfaces).contains(Backend.class.getName());
            if (isBackend && bundle != null && component.properties.get(Backend.NAME) instanceof String name) {
                all.put(name, new Installed(bundle.getSymbolicName() + " " + bundle.getVersion(), fingerprint(bundle)));
            }
        }
        return all;
    }

    /** Of the sums that the jar holds of each of its entries: a large bundle is not read for it. */
    private static String fingerprint(Bundle bundle) {
        String location = bundle.getLocation().replaceFirst("^reference:", "");
        if (!location.startsWith("file:")) {
            return "";
        }
        try (var jar = new JarFile(Path.of(URI.create(location)).toFile(), false)) {
            var sum = new CRC32();
            jar.stream()
                    .sorted((a, b) -> a.getName().compareTo(b.getName()))
                    .forEach(entry -> sum.update(line(entry).getBytes(StandardCharsets.UTF_8)));
            return Long.toHexString(sum.getValue());
        } catch (IOException | IllegalArgumentException e) {
            return "";
        }
    }

    private static String line(ZipEntry entry) {
        return entry.getName() + ' ' + entry.getSize() + ' ' + entry.getCrc() + '\n';
    }
}
