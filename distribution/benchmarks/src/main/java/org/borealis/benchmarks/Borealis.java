package org.borealis.benchmarks;

import java.util.Map;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.optimizer.adam.AdamW;
import org.borealis.tensor.DataType;
import org.borealis.testkit.Settings;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/** The step that {@code borealis train} runs: forward, backward, clipping, update. */
final class Borealis implements Contender {
    private final String name;
    private final TokenBatch batch;
    private final TrainState state;
    private final TrainStep step;
    private long number;

    Borealis(String backend, Device device, Size size) {
        name = "borealis " + backend;
        batch = size.batch();
        var family = size.model();
        var optimizer = new AdamW(Settings.of(AdamW.Config.class, Map.of("rate", 3e-4, "weightDecay", 0.1)));
        state = new TrainState(device, DataType.FLOAT32, family.parameters(), optimizer);
        state.initialise(1234);
        step = new TrainStep(new ProgramCompiler(), device, family, optimizer, state, size.rows(), 1);
    }

    @Override
    public String name() {
        return name;
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
