package org.borealis.benchmarks;

import java.util.Map;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.optimizer.adam.AdamW;
import org.borealis.tensor.DataType;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/** The step that {@code borealis train} runs: forward, backward, clipping, update. */
public final class Borealis implements Contender {
    private final String name;
    private final TokenBatch batch;
    private final TrainState state;
    private final TrainStep step;
    private final int micro;
    private long number;

    Borealis(String backend, Device device, Size size) {
        this("borealis " + backend, device, size, new StepPlan(size.rows(), 1, new Precision(DataType.FLOAT32)));
    }

    /** A rank's own; the micro-batches of a step are alike. */
    public Borealis(String name, Device device, Size size, StepPlan plan) {
        this.name = name;
        batch = size.batch();
        micro = plan.micro();
        var family = size.model();
        var optimizer = optimizer();
        state = new TrainState(device, plan.precision().kept(), family.parameters(), optimizer, plan.ranks());
        state.initialise(1234);
        step = new TrainStep(new ProgramCompiler(), device, family, optimizer, state, plan);
    }

    /** What all of them train with. */
    public static Optimizer optimizer() {
        return new AdamW(Settings.of(AdamW.Config.class, Map.of("rate", 3e-4, "weightDecay", 0.1)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double step() {
        step.begin(micro);
        for (int i = 0; i < micro; i++) {
            step.accumulate(batch);
        }
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
