package org.borealis.benchmarks.optimizers;

import java.util.Map;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/** Training steps of a model, of which the update is timed: the programs that {@code borealis train} runs. */
final class Updating implements AutoCloseable {
    private static final long SEED = 1234;
    /** So that the model stays where it is: gradients of one that fits its batch are subnormal numbers, which are slow. */
    private static final double SLOWLY = 1e-6;

    private final Optimizer optimizer;
    private final TokenBatch batch;
    private final TrainState state;
    private final TrainStep step;
    private Map<String, Double> numbers;

    Updating(Device device, ModelFamily model, Optimizer optimizer, TokenBatch batch) {
        this.optimizer = optimizer;
        this.batch = batch;
        var plan = new StepPlan(batch.rows(), 1, new Precision(DataType.FLOAT32));
        state = new TrainState(device, DataType.FLOAT32, model.parameters(), optimizer);
        state.initialise(SEED);
        step = new TrainStep(new ProgramCompiler(), device, model, optimizer, state, plan);
        numbers = optimizer.numbers();
    }

    /** Of an update, with its sums over all parameters. */
    double seconds(long number) {
        step.begin(1);
        step.accumulate(batch);
        double scale = Math.min(1, 1 / step.gradientNorm());
        long start = System.nanoTime();
        numbers = step.update(new Optimizer.Pace(number, SLOWLY * optimizer.rate(), 1), scale, numbers);
        return (System.nanoTime() - start) / 1e9;
    }

    /** What an update has to read and write: parameters and what is remembered, both ways, and gradients. */
    static long bytes(ModelFamily model, Optimizer optimizer) {
        return model.parameters().stream()
                .mapToLong(parameter ->
                        3 * DataType.FLOAT32.bytes() * parameter.shape().elements()
                                + 2
                                        * optimizer.state(parameter, DataType.FLOAT32).stream()
                                                .mapToLong(remembered ->
                                                        remembered.type().bytes())
                                                .sum())
                .sum();
    }

    @Override
    public void close() {
        step.close();
        state.close();
    }
}
