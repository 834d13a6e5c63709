package org.borealis.schedule.standard;

import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.borealis.train.RateSchedule.Position;

/**
 * Warm-up and what follows, counted in steps, samples or tokens: the factor rises linearly from {@code initial} to 1 over {@code warmup},
 * then takes the shape of the schedule.
 *
 * @param unit counts all lengths but that of the warm-up
 * @param warmupUnit counts the warm-up
 * @param end where the schedule ends; 0 is the last step of the run, with as many samples and tokens a step as so far
 */
record Course(Unit unit, Unit warmupUnit, double warmup, double initial, double end) {

    /** What is counted. */
    enum Unit {
        STEPS(Position::step),
        SAMPLES(Position::samples),
        TOKENS(Position::tokens);

        private final ToDoubleFunction<Position> count;

        Unit(ToDoubleFunction<Position> count) {
            this.count = count;
        }

        double of(Position position) {
            return count.applyAsDouble(position);
        }

        static Unit of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** @param warmupUnit {@code unit} for the same */
    static Course of(String unit, String warmupUnit, double warmup, double initial, double end) {
        return new Course(Unit.of(unit), Unit.of(warmupUnit.equals("unit") ? unit : warmupUnit), warmup, initial, end);
    }

    /**
     * Where the schedule is after its warm-up.
     *
     * @param at the present
     * @param begin where the warm-up was over
     */
    record Place(double at, double begin, double end) {
        /** From 0 when the warm-up is over to 1 at the end, and after it. */
        double share() {
            return share(begin, end);
        }

        /** The same of a part of it. */
        double share(double from, double to) {
            return to <= from ? 1 : Math.clamp((at - from) / (to - from), 0, 1);
        }
    }

    /** The factor, given what it is after the warm-up. */
    double factor(Position position, ToDoubleFunction<Place> shape) {
        double risen = warmupUnit.of(position);
        if (warmup > 0 && risen <= warmup) {
            return initial + (1 - initial) * risen / warmup;
        }
        double at = unit.of(position);
        double begin = warmup == 0 || unit == warmupUnit ? warmup : at / risen * warmup;
        return shape.applyAsDouble(new Place(at, begin, end(position)));
    }

    private double end(Position position) {
        if (end > 0 || unit == Unit.STEPS) {
            return end > 0 ? end : position.steps();
        }
        return unit.of(position) / Math.max(1, position.step()) * position.steps();
    }
}
