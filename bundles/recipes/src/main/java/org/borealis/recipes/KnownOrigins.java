package org.borealis.recipes;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.borealis.recipe.Contract;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;

/** Where plug-ins can be had from, looked up again only after a bundle came, changed or went. */
final class KnownOrigins implements BundleListener {
    private final InstalledPlugins installed;
    private final AtomicLong changes = new AtomicLong();
    private final Map<List<String>, Known> known = new ConcurrentHashMap<>();

    /** @param changes that had been seen before it was looked up */
    private record Known(long changes, List<String> origins) {}

    KnownOrigins(InstalledPlugins installed) {
        this.installed = installed;
    }

    List<String> of(Contract<?> contract, String name) {
        var key = List.of(contract.section(), name);
        long now = changes.get();
        Known found = known.get(key);
        if (found == null || found.changes() != now) {
            found = new Known(
                    now,
                    installed
                            .versions(contract, name)
                            .map(InstalledPlugin::origin)
                            .toList());
            known.put(key, found);
        }
        return found.origins();
    }

    /** Comes after the container's own bundles, which know the components then. */
    @Override
    public void bundleChanged(BundleEvent event) {
        changes.incrementAndGet();
    }
}
