package org.borealis.shell;

import java.io.File;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What File Install does with a jar that appears, changes or goes in a plug-in folder; a refusal is logged. */
@Component(service = ArtifactInstaller.class, property = Constants.SERVICE_RANKING + ":Integer=100")
public final class PluginFolders implements ArtifactInstaller {
    private static final Logger LOG = System.getLogger(PluginFolders.class.getName());

    private final DroppedPlugins plugins;

    @Activate
    public PluginFolders(@Reference DroppedPlugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public boolean canHandle(File artifact) {
        return artifact.getName().endsWith(".jar");
    }

    @Override
    public void install(File jar) {
        telling(() -> plugins.install(jar.toPath()));
    }

    @Override
    public void update(File jar) {
        telling(() -> plugins.update(jar.toPath()));
    }

    @Override
    public void uninstall(File jar) {
        telling(() -> plugins.uninstall(jar.toPath()));
    }

    private void telling(Runnable change) {
        try {
            change.run();
        } catch (BorealisException e) {
            String sentence = String.valueOf(e.getMessage());
            if (!plugins.isRepeated(sentence)) {
                LOG.log(Level.WARNING, sentence);
            }
        }
    }
}
