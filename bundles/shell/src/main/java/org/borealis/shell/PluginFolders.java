package org.borealis.shell;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * What File Install does with a jar that appears, changes or goes in a plug-in folder.
 *
 * <p>It leaves alone what the launcher installed from there, and copies only what is small: a native engine stays
 * where it is.
 */
@Component(service = ArtifactInstaller.class, property = Constants.SERVICE_RANKING + ":Integer=100")
public final class PluginFolders implements ArtifactInstaller {
    /** Above this a copy per process costs more than the risk that somebody overwrites the jar in place. */
    private static final long COPIED_BYTES = 32L << 20;

    private static final Logger LOG = System.getLogger(PluginFolders.class.getName());

    private final BundleContext context;

    @Activate
    public PluginFolders(BundleContext context) {
        this.context = context;
    }

    @Override
    public boolean canHandle(File artifact) {
        return artifact.getName().endsWith(".jar");
    }

    @Override
    public void install(File jar) throws Exception {
        Bundle present = find(jar);
        if (present == null) {
            start(isLarge(jar) ? context.installBundle("reference:" + jar.toURI()) : copy(jar));
        } else if (jar.lastModified() > present.getLastModified()) {
            update(jar);
        }
    }

    private static boolean isLarge(File jar) {
        return jar.length() > COPIED_BYTES;
    }

    private Bundle copy(File jar) throws IOException, BundleException {
        try (InputStream content = Files.newInputStream(jar.toPath())) {
            return context.installBundle("plugin:" + jar.toURI(), content);
        }
    }

    @Override
    public void update(File jar) throws Exception {
        Bundle bundle = find(jar);
        if (bundle == null) {
            install(jar);
            return;
        }
        try (InputStream content = Files.newInputStream(jar.toPath())) {
            bundle.update(content);
        }
        refresh(bundle);
        start(bundle);
    }

    @Override
    public void uninstall(File jar) throws Exception {
        Bundle bundle = find(jar);
        if (bundle != null) {
            bundle.uninstall();
            refresh(bundle);
            LOG.log(Level.INFO, "plug-in {0} is gone", jar);
        }
    }

    private @Nullable Bundle find(File jar) {
        String path = jar.toURI().getPath();
        for (Bundle bundle : context.getBundles()) {
            String location = bundle.getLocation();
            int file = location.indexOf("file:");
            boolean isPlugin = location.startsWith("reference:") || location.startsWith("plugin:");
            if (isPlugin
                    && path.equals(new File(java.net
                                    .URI
                                    .create(location.substring(file))
                                    .normalize())
                            .toURI()
                            .getPath())) {
                return bundle;
            }
        }
        return null;
    }

    private void start(Bundle bundle) {
        try {
            bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            LOG.log(Level.INFO, "plug-in {0} {1} is ready", bundle.getSymbolicName(), bundle.getVersion());
        } catch (BundleException e) {
            boolean isRefused = bundle.getState() == Bundle.INSTALLED;
            LOG.log(
                    Level.WARNING,
                    isRefused ? Refusals.reason(bundle, context) : "plug-in does not start: " + e.getMessage());
        }
    }

    /** A plug-in exports nothing, so only its own old class loader goes. */
    private void refresh(Bundle bundle) throws InterruptedException {
        var done = new CountDownLatch(1);
        context.getBundle(Constants.SYSTEM_BUNDLE_ID)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> done.countDown());
        done.await(10, TimeUnit.SECONDS);
    }
}
