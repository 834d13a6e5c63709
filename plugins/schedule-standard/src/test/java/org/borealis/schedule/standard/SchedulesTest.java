package org.borealis.schedule.standard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.Settings;
import org.borealis.train.RateSchedule;
import org.borealis.train.RateSchedule.Position;
import org.junit.jupiter.api.Test;

final class SchedulesTest {
    private static final List<String> NAMES =
            List.of("constant", "linear", "cosine", "polynomial", "inverse-square-root", "wsd", "infinite", "ramp");

    static RateSchedule schedule(String name, Map<String, ?> settings) {
        return switch (name) {
            case "constant" -> new Constant(Settings.of(Constant.Config.class, settings));
            case "linear" -> new Linear(Settings.of(Linear.Config.class, settings));
            case "cosine" -> new Cosine(Settings.of(Cosine.Config.class, settings));
            case "polynomial" -> new Polynomial(Settings.of(Polynomial.Config.class, settings));
            case "inverse-square-root" -> new InverseSquareRoot(Settings.of(InverseSquareRoot.Config.class, settings));
            case "wsd" -> new Wsd(Settings.of(Wsd.Config.class, settings));
            case "infinite" -> new Infinite(Settings.of(Infinite.Config.class, settings));
            case "ramp" -> new Ramp(Settings.of(Ramp.Config.class, settings));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static double factor(RateSchedule schedule, long step, long steps) {
        return schedule.factor(new Position(step, steps, 8 * step, 1024 * step));
    }

    @Test
    void theRateRisesFallsAndRests() {
        for (var name : List.of("linear", "cosine")) {
            var schedule = schedule(name, Map.of("warmup", 10, "final", 0.1));
            assertEquals(0.1, factor(schedule, 1, 110));
            assertEquals(1, factor(schedule, 10, 110));
            assertEquals(0.55, factor(schedule, 60, 110), 1e-15);
            assertEquals(0.1, factor(schedule, 110, 110), 1e-15);
            assertEquals(0.1, factor(schedule, 200, 110), 1e-15);
        }
    }

    @Test
    void aPolynomialFallsByItsPower() {
        var schedule = schedule("polynomial", Map.of("power", 3, "final", 0.2));
        assertEquals(0.2 + 0.8 * 0.125, factor(schedule, 50, 100), 1e-15);
        assertEquals(0.2, factor(schedule, 100, 100), 1e-15);
        var linear = schedule("polynomial", Map.of("power", 1));
        assertEquals(factor(schedule("linear", Map.of()), 30, 100), factor(linear, 30, 100), 1e-15);
    }

    @Test
    void lengthsAreCountedInWhatTheRecipeSays() {
        var steps = schedule("cosine", Map.of("warmup", 10, "end", 90));
        var samples = schedule("cosine", Map.of("warmup", 80, "end", 720, "unit", "samples"));
        var tokens =
                schedule("cosine", Map.of("warmup", 10, "warmupUnit", "steps", "end", 90 * 1024, "unit", "tokens"));
        var whole = schedule("cosine", Map.of("warmup", 80, "unit", "samples"));
        for (int step = 1; step <= 100; step++) {
            assertEquals(factor(steps, step, 100), factor(samples, step, 100), 1e-12);
            assertEquals(factor(steps, step, 100), factor(tokens, step, 100), 1e-12);
            assertEquals(factor(steps, step, 90), factor(whole, step, 90), 1e-12, "the end is the run's");
        }
    }

    @Test
    void withoutWarmupTheRateBeginsWhereTheDecayDoes() {
        assertEquals(1, factor(schedule("constant", Map.of()), 1, 10));
        assertTrue(factor(schedule("cosine", Map.of()), 1, 10) < 1);
    }

    @Test
    void aDecayThatEndsBeforeTheWarmupIsOverAtOnce() {
        var schedule = schedule("linear", Map.of("warmup", 10, "end", 5, "final", 0.2));
        assertEquals(1, factor(schedule, 10, 100));
        assertEquals(0.2, factor(schedule, 11, 100));
    }

    @Test
    void neighboursDifferLittleAndNumbersAreFinite() {
        for (var name : NAMES) {
            var schedule = schedule(name, name.equals("ramp") ? Map.of() : Map.of("warmup", 100));
            for (int step = 1; step < 1000; step++) {
                double now = factor(schedule, step, 1000);
                double jump = Math.abs(factor(schedule, step + 1, 1000) - now);
                assertTrue(now >= 0 && now <= 1, name + " is " + now + " at step " + step);
                boolean mayJump = name.equals("wsd") || name.equals("infinite") && step == 100;
                assertTrue(jump <= 0.0101 || mayJump, name + " jumps by " + jump + " after step " + step);
            }
        }
    }

    @Test
    void aGeometricRampHasOneRatioFromStepToStep() {
        var schedule = schedule("ramp", Map.of("from", 1e-3, "to", 10, "shape", "geometric"));
        assertEquals(0.1, factor(schedule, 50, 100), 1e-15);
        assertEquals(10, factor(schedule, 100, 100), 1e-12);
        assertThrows(BorealisException.class, () -> schedule("ramp", Map.of("from", 0, "shape", "geometric")));
    }

    @Test
    void anInfiniteScheduleDoesNotFallToNothing() {
        assertThrows(BorealisException.class, () -> schedule("infinite", Map.of("final", 0)));
    }
}
