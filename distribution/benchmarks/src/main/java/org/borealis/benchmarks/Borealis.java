package org.borealis.benchmarks;

import java.util.Map;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.optimizer.adam.AdamW;
import org.borealis.tensor.DataType;
import org.borealis.testkit.Settings;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/** The step that {@code borealis train} runs. */
final class Borealis implements Contender {
    private final TokenBatch batch;
    private final TrainState state;
    private final TrainStep step;
    private final ModelFamily family;
    private long number;

    Borealis(Device device, Size size, TokenBatch batch) {
        this.batch = batch;
        family = new Gpt(Settings.of(
                GptSettings.class,
                Map.of(
                        "layers", size.layers(),
                        "hidden", size.hidden(),
                        "heads", size.heads(),
                        "vocabulary", size.vocabulary(),
                        "sequence", size.sequence(),
                        "activation", "geluTanh",
                        "tied", true)));
        var optimizer = new AdamW(Settings.of(AdamW.Config.class, Map.of("rate", 3e-4, "weightDecay", 0.1)));
        state = new TrainState(device, DataType.FLOAT32, family.parameters(), optimizer);
        state.initialise(1234);
        step = new TrainStep(new ProgramCompiler(), device, family, optimizer, state, size.rows(), 1);
    }

    double flopsPerToken() {
        return family.trainingFlopsPerToken();
    }

    @Override
    public String name() {
        return "borealis";
    }

    @Override
    public double step() {
        step.begin();
        step.accumulate(batch);
        double loss = step.loss();
        double norm = step.gradientNorm();
        step.update(++number, 3e-4, Math.min(1, 1.0 / (norm + 1e-6)));
        return loss;
    }

    @Override
    public void close() {
        step.close();
        state.close();
    }
}
