package org.borealis.schedule.standard;

import java.util.function.DoubleUnaryOperator;
import org.borealis.train.RateSchedule.Position;

/**
 * Warm-up, decay, rest. The factor rises linearly from 0 to 1 over {@code warmup} steps, which step {@code warmup} reaches; falls from 1 to
 * {@code last} until step {@code decaySteps} of the run (0: its last); and stays there.
 */
record Phases(long warmup, long decaySteps, double last) {

    /** @param shape how much of the fall is left, from 1 to 0, at a share of the decay from 0 to 1 */
    double factor(Position position, DoubleUnaryOperator shape) {
        if (position.step() <= warmup && warmup > 0) {
            return (double) position.step() / warmup;
        }
        long end = decaySteps == 0 ? position.steps() : decaySteps;
        double share = end <= warmup ? 1 : Math.min(1, (double) (position.step() - warmup) / (end - warmup));
        return last + (1 - last) * shape.applyAsDouble(share);
    }
}
