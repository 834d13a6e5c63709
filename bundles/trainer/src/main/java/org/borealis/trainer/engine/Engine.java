package org.borealis.trainer.engine;

import java.util.List;
import java.util.Map;
import org.borealis.checkpoint.Checkpoints;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.command.Interruption;
import org.borealis.data.Corpora;
import org.borealis.data.DocumentSource;
import org.borealis.data.TokenizerTrainer;
import org.borealis.device.Compiler;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Recipes;
import org.borealis.train.Tracker;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The services that the commands of this bundle work with. */
@Component(service = Engine.class)
public final class Engine {
    private final Recipes recipes;
    private final Plugins plugins;
    private final Compiler compiler;
    private final Checkpoints checkpoints;
    private final Corpora corpora;
    private final Interruption interruption;

    @Activate
    public Engine(
            @Reference Recipes recipes,
            @Reference Plugins plugins,
            @Reference Compiler compiler,
            @Reference Checkpoints checkpoints,
            @Reference Corpora corpora,
            @Reference Interruption interruption) {
        this.recipes = recipes;
        this.plugins = plugins;
        this.compiler = compiler;
        this.checkpoints = checkpoints;
        this.corpora = corpora;
        this.interruption = interruption;
    }

    public Recipes recipes() {
        return recipes;
    }

    public Plugins plugins() {
        return plugins;
    }

    public Compiler compiler() {
        return compiler;
    }

    public Checkpoints checkpoints() {
        return checkpoints;
    }

    public Corpora corpora() {
        return corpora;
    }

    public Interruption interruption() {
        return interruption;
    }

    /** Plug-ins that no recipe names: all that are there serve, each for what it is able to. */
    public record Extensions(
            List<DocumentSource> sources,
            List<Map.Entry<Map<String, Object>, TokenizerTrainer>> tokenizerTrainers,
            List<Tracker> trackers,
            List<ClusterEnvironment> environments) {
        public Extensions {
            sources = List.copyOf(sources);
            tokenizerTrainers = List.copyOf(tokenizerTrainers);
            trackers = List.copyOf(trackers);
            environments = List.copyOf(environments);
        }
    }
}
