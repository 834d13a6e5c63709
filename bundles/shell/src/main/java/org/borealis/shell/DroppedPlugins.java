package org.borealis.shell;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.borealis.shell.install.PluginFolder;
import org.borealis.shell.install.PluginJar;
import org.borealis.shell.install.PluginLock;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Puts jars of the plug-in folders into the container: at the start those that the launcher left, because their folder
 * is locked or they are not usable as they are, and later those that appear. What can't be used is refused with a
 * sentence, and everything else goes on.
 *
 * <p>It copies only what is small: a native engine stays where it is.
 */
@Component(service = DroppedPlugins.class)
public final class DroppedPlugins {
    /** Above this a copy per process costs more than the risk that somebody overwrites the jar in place. */
    private static final long COPIED_BYTES = 32L << 20;

    private static final Logger LOG = System.getLogger(DroppedPlugins.class.getName());

    private final BundleContext context;
    private final List<String> leftOut = new CopyOnWriteArrayList<>();

    @Activate
    public DroppedPlugins(BundleContext context) {
        this.context = context;
    }

    /** The folders that hold plug-ins, that of the user first. */
    List<PluginFolder> folders() {
        String paths = context.getProperty("felix.fileinstall.dir");
        return paths == null
                ? List.of()
                : Stream.of(paths.split(","))
                        .map(path -> new PluginFolder(Path.of(path)))
                        .toList();
    }

    /** Starts what the launcher left. */
    void complete() {
        var present = new HashSet<Path>();
        for (Bundle bundle : context.getBundles()) {
            file(bundle).ifPresent(present::add);
        }
        for (PluginFolder folder : folders()) {
            for (Path jar : folder.jars()) {
                if (!present.contains(jar)) {
                    try {
                        start(installed(jar));
                    } catch (BorealisException e) {
                        leftOut.add(String.valueOf(e.getMessage()));
                    }
                }
            }
        }
    }

    /** Why jars were left out at the start, a sentence each; not those that the container holds and can't resolve. */
    List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /** Whether a sentence was said at the start; File Install finds the same jars once more. */
    boolean isRepeated(String sentence) {
        return leftOut.remove(sentence);
    }

    /** @throws BorealisException saying why it can't be used, and what to do */
    void install(Path jar) {
        Bundle present = find(jar).orElse(null);
        if (present == null) {
            Bundle bundle = installed(jar);
            if (!start(bundle)) {
                throw refused(Refusals.reason(bundle, context));
            }
            LOG.log(Level.INFO, "plug-in {0} {1} is ready", bundle.getSymbolicName(), bundle.getVersion());
        } else if (jar.toFile().lastModified() > present.getLastModified()) {
            update(jar);
        }
    }

    private static BorealisException refused(String why) {
        return new BorealisException("plugin-refused", why);
    }

    private Bundle installed(Path jar) {
        PluginJar found = trusted(jar);
        try {
            if (jar.toFile().length() > COPIED_BYTES) {
                return context.installBundle("reference:" + jar.toUri());
            }
            try (InputStream content = Files.newInputStream(jar)) {
                return context.installBundle("plugin:" + jar.toUri(), content);
            }
        } catch (IOException | BundleException e) {
            throw leftOut(found, e);
        }
    }

    /**
     * Checks that a jar could be added: that what it needs is here, and that it is not here already from elsewhere.
     *
     * @throws BorealisException saying what is in the way
     */
    void demandUsable(PluginJar jar, PluginFolder folder) {
        sameAs(jar)
                .filter(bundle -> file(bundle)
                        .filter(file -> folder.path().equals(file.getParent()))
                        .isEmpty())
                .ifPresent(bundle -> {
                    throw present(jar, bundle);
                });
        Refusals.demand(jar, context);
    }

    private Optional<Bundle> sameAs(PluginJar jar) {
        return Stream.of(context.getBundles())
                .filter(bundle -> jar.name().equals(bundle.getSymbolicName()))
                .filter(bundle -> jar.version().equals(bundle.getVersion()))
                .findFirst();
    }

    private static BorealisException present(PluginJar jar, Bundle bundle) {
        return refused("plug-in " + jar.file() + " is left out: " + jar.name() + " " + jar.version()
                + " is here already, from "
                + file(bundle).map(Path::toString).orElseGet(bundle::getLocation)
                + "; remove one of the two, or give yours another version");
    }

    private BorealisException leftOut(PluginJar jar, Exception e) {
        return sameAs(jar)
                .map(bundle -> present(jar, bundle))
                .orElseGet(() -> refused("plug-in " + jar.file() + " is left out: the container can't use it: "
                        + e.getMessage() + "; get or build it again"));
    }

    /** What the folder's lock lets start, or any bundle where there is no lock. */
    private static PluginJar trusted(Path jar) {
        PluginJar found = PluginJar.read(jar);
        Optional.ofNullable(jar.getParent()).flatMap(PluginLock::of).ifPresent(lock -> lock.demand(found));
        return found;
    }

    /** Takes the new content of a jar; where that can't be used, the bundle stays as it is. */
    void update(Path jar) {
        Bundle bundle = find(jar).orElse(null);
        if (bundle == null) {
            install(jar);
            return;
        }
        try {
            Refusals.demand(trusted(jar), context);
        } catch (BorealisException e) {
            throw refused(e.getMessage() + ". Until then " + bundle.getSymbolicName() + " " + bundle.getVersion()
                    + " goes on as it was");
        }
        try (InputStream content = Files.newInputStream(jar)) {
            bundle.update(content);
        } catch (IOException | BundleException e) {
            throw refused("plug-in " + jar + " can't be updated: " + e.getMessage() + "; get or build it again");
        }
        refresh(bundle);
        if (!start(bundle)) {
            throw refused(Refusals.reason(bundle, context));
        }
        LOG.log(Level.INFO, "plug-in {0} {1} is ready", bundle.getSymbolicName(), bundle.getVersion());
    }

    void uninstall(Path jar) {
        find(jar).ifPresent(bundle -> {
            try {
                bundle.uninstall();
            } catch (BundleException e) {
                throw refused("plug-in " + jar + " can't be removed: " + e.getMessage());
            }
            refresh(bundle);
            LOG.log(Level.INFO, "plug-in {0} is gone", jar);
        });
    }

    private Optional<Bundle> find(Path jar) {
        return Stream.of(context.getBundles())
                .filter(bundle -> file(bundle).filter(jar::equals).isPresent())
                .findFirst();
    }

    /** The jar that a plug-in was installed from. */
    static Optional<Path> file(Bundle bundle) {
        String location = bundle.getLocation();
        boolean isPlugin = location.startsWith("reference:") || location.startsWith("plugin:");
        return isPlugin
                ? Optional.of(Path.of(URI.create(location.substring(location.indexOf("file:"))))
                        .normalize())
                : Optional.empty();
    }

    /** @return false if it does not resolve */
    private static boolean start(Bundle bundle) {
        try {
            bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            return true;
        } catch (BundleException e) {
            if (bundle.getState() == Bundle.INSTALLED) {
                return false;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw refused("plug-in " + bundle.getSymbolicName() + " " + bundle.getVersion() + " does not start: "
                    + cause + "; remove " + file(bundle).map(Path::toString).orElse("it")
                    + ", or get another build of it");
        }
    }

    /** A plug-in exports nothing, so only its own old class loader goes. */
    private void refresh(Bundle bundle) {
        var done = new CountDownLatch(1);
        context.getBundle(Constants.SYSTEM_BUNDLE_ID)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> done.countDown());
        try {
            done.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
