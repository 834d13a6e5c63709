package org.borealis.spread;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Compiler;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.data.Replicas;
import org.borealis.parallel.expert.ExpertParallel;
import org.borealis.parallel.ring.Ring;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.parallel.ulysses.Ulysses;
import org.borealis.testkit.Settings;
import org.borealis.testkit.StrategyConformance;

/** Our strategies on small models of both families, ranks being threads. */
abstract class SpreadCase extends StrategyConformance {
    private final Map<String, ParallelStrategy> strategies;
    private final List<String> meshes;
    private final Collectives threads = new ThreadCollectives();

    SpreadCase(Map<String, ParallelStrategy> strategies, String... meshes) {
        this.strategies = strategies;
        this.meshes = List.of(meshes);
    }

    static ParallelStrategy data(int zero) {
        return new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", zero)));
    }

    static ParallelStrategy tensor(boolean sequence) {
        return new TensorParallel(Settings.of(TensorParallel.Config.class, Map.of("sequence", sequence)));
    }

    static ParallelStrategy expert() {
        return new ExpertParallel();
    }

    static ParallelStrategy ulysses() {
        return new Ulysses();
    }

    static ParallelStrategy replica() {
        return new Replicas();
    }

    static ParallelStrategy ring() {
        return new Ring();
    }

    @Override
    protected Map<String, ParallelStrategy> strategies() {
        return strategies;
    }

    @Override
    protected List<String> meshes() {
        return meshes;
    }

    @Override
    protected Map<String, ModelFamily> models() {
        boolean isOfExperts = strategies.containsKey("expert") && strategies.size() > 1;
        return isOfExperts // the others meet that axis in StrategiesTest
                ? Map.of("mixture", mixture())
                : Map.of("gpt", gpt(), "llama", llama(), "mixture", mixture());
    }

    private static ModelFamily gpt() {
        return new Gpt(Settings.of(
                GptSettings.class, Map.of("layers", 2, "hidden", 16, "heads", 4, "sequence", 8, "vocabulary", 24)));
    }

    private static ModelFamily llama() {
        Map<String, Object> sizes =
                Map.of("layers", 2, "hidden", 16, "heads", 8, "keyValueHeads", 4, "sequence", 8, "vocabulary", 24);
        return new Llama(Settings.of(LlamaSettings.class, sizes));
    }

    /** Some tokens find their experts full. */
    private static ModelFamily mixture() {
        var settings = new HashMap<String, Object>(
                Map.of("layers", 2, "hidden", 16, "heads", 8, "keyValueHeads", 4, "sequence", 8, "vocabulary", 24));
        settings.putAll(Map.of("experts", 4, "feedForward", 24, "capacityFactor", 1.0, "auxiliaryLoss", 0.1));
        return new Llama(Settings.of(LlamaSettings.class, settings));
    }

    @Override
    protected Compiler compiler() {
        return new ProgramCompiler();
    }

    @Override
    protected Collectives collectives() {
        return threads;
    }
}
