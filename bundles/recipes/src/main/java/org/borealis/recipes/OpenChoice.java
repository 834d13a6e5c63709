package org.borealis.recipes;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.slf4j.LoggerFactory;

/** A plug-in in use, for as long as its configuration exists. */
final class OpenChoice<T> implements Plugins.Choice<T> {
    private final InstalledPlugin plugin;
    private final String what;
    private final Section section;
    private final BundleContext context;
    private final ServiceReference<T> reference;
    private final T service;
    private final Configuration configuration;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private @Nullable String origin;

    OpenChoice(
            InstalledPlugin plugin,
            Section section,
            BundleContext context,
            ServiceReference<T> reference,
            T service,
            Configuration configuration) {
        this.plugin = plugin;
        this.section = section;
        this.context = context;
        this.reference = reference;
        this.service = service;
        this.configuration = configuration;
        // Now, because a bundle that was updated meanwhile tells its new version.
        this.what = plugin.contract().section() + " '" + plugin.name() + "' of " + plugin.label();
    }

    @Override
    public T service() {
        if (isClosed.get()) {
            throw new BorealisException("plugin-closed", what + " is used after it was closed");
        }
        if (reference.getBundle() == null) {
            throw new BorealisException(
                    "plugin-gone",
                    what + " went away while it was in use: its bundle was stopped, updated or removed. "
                            + "Put it back into plugins/ and start again from the last checkpoint");
        }
        return service;
    }

    @Override
    public Section section() {
        return section;
    }

    @Override
    public synchronized String origin() {
        if (origin == null) {
            service(); // while it is there, its bundle is the one that it came from
            origin = plugin.origin();
        }
        return origin;
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            try {
                context.ungetService(reference);
            } catch (IllegalStateException stopped) {
                // The container is going down and has taken the service back by itself.
            }
            delete(configuration);
        }
    }

    static void delete(Configuration configuration) {
        try {
            configuration.delete();
        } catch (IllegalStateException gone) {
            // Deleted already, or the container is going down: there is nothing to take back.
        } catch (IOException e) {
            LoggerFactory.getLogger(OpenChoice.class).warn("settings {} were not deleted", configuration.getPid(), e);
        }
    }
}
