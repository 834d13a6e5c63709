package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.borealis.train.RateSchedule;
import org.borealis.train.RateSchedule.Position;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.osgi.annotation.versioning.ConsumerType;

/** What a schedule of the learning rate or of weight decay has to do, in runs of any length. Extend it, and say which schedule. */
@ConsumerType
public abstract class RateScheduleConformance {
    /** Sequences in a step, and tokens in a sequence: any will do. */
    private static final long SAMPLES = 8;

    private static final long TOKENS = 128;

    /** The schedule under test, a new one at each call. */
    protected abstract RateSchedule schedule();

    /** Greatest change of a factor from one step to the next, in a run of a thousand steps; 2 allows any. */
    protected double greatestJump() {
        return 0.1;
    }

    private interface Check {
        void run(long steps);
    }

    private static Stream<DynamicTest> each(Check check) {
        return LongStream.of(1, 2, 3, 10, 129, 1000)
                .mapToObj(steps -> dynamicTest(steps + " steps", () -> check.run(steps)));
    }

    private static Position position(long step, long steps) {
        return new Position(step, steps, step * SAMPLES, step * SAMPLES * TOKENS);
    }

    @TestFactory
    final Stream<DynamicTest> factorsAreFiniteAndNotNegative() {
        var schedule = schedule();
        return each(steps -> {
            for (long step = 1; step <= 2 * steps; step++) { // a run may be made longer and go on
                double factor = schedule.factor(position(step, steps));
                assertTrue(Double.isFinite(factor) && factor >= 0, "factor " + factor + " at step " + step);
            }
        });
    }

    @TestFactory
    final Stream<DynamicTest> aResumedRunHasTheFactorsOfAnUnbrokenOne() {
        var unbroken = schedule();
        return each(steps -> {
            for (long step = 1; step <= steps; step++) {
                var position = position(step, steps);
                assertEquals(
                        unbroken.factor(position), schedule().factor(position), () -> "from a new one, at " + position);
            }
        });
    }

    @Test
    final void neighboursDifferLittle() {
        var schedule = schedule();
        for (long step = 1; step < 1000; step++) {
            double before = schedule.factor(position(step, 1000));
            double after = schedule.factor(position(step + 1, 1000));
            assertEquals(before, after, greatestJump(), "factors of steps " + step + " and " + (step + 1));
        }
    }
}
