package org.borealis.steps;

import java.util.Map;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.optimizer.adam.AdamW;
import org.borealis.tensor.DataType;
import org.borealis.testkit.Settings;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/** Steps of a GPT that is so small that what is not computing shows. */
final class TinyTraining implements AutoCloseable {
    private static final int ROWS = 2;
    private static final int SEQUENCE = 8;

    private final TrainState state;
    private final TrainStep step;
    private final TokenBatch batch = new TokenBatch(ROWS, SEQUENCE);
    private long number;

    TinyTraining(Device device) {
        var family = new Gpt(Settings.of(
                GptSettings.class,
                Map.of("layers", 2, "hidden", 16, "heads", 2, "vocabulary", 32, "sequence", SEQUENCE, "tied", true)));
        var optimizer = new AdamW(Settings.of(AdamW.Config.class, Map.of("rate", 1e-3, "weightDecay", 0.1)));
        state = new TrainState(device, DataType.FLOAT32, family.parameters(), optimizer);
        state.initialise(1);
        step = new TrainStep(new ProgramCompiler(), device, family, optimizer, state, ROWS, 1);
        for (int row = 0; row < ROWS; row++) {
            batch.set(row, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, SEQUENCE + 1);
        }
    }

    /** A whole step; gives the loss before it. */
    double step() {
        step.begin(1);
        step.accumulate(batch);
        double loss = step.loss();
        double norm = step.gradientNorm();
        step.update(++number, 1e-3, Math.min(1, 1 / norm));
        return loss;
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    @Override
    public void close() {
        step.close();
        state.close();
    }
}
