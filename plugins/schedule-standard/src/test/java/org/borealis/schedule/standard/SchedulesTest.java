package org.borealis.schedule.standard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.Settings;
import org.borealis.train.RateSchedule;
import org.borealis.train.RateSchedule.Position;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class SchedulesTest {
    private static RateSchedule schedule(String name, Map<String, ?> settings) {
        return switch (name) {
            case "constant" -> new Constant(Settings.of(Constant.Config.class, settings));
            case "linear" -> new Linear(Settings.of(Linear.Config.class, settings));
            case "cosine" -> new Cosine(Settings.of(Cosine.Config.class, settings));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static double factor(RateSchedule schedule, long step, long steps) {
        return schedule.factor(new Position(step, steps, 0, 0));
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
    void withoutWarmupTheRateBeginsWhereTheDecayDoes() {
        assertEquals(1, factor(schedule("constant", Map.of()), 1, 10));
        assertTrue(factor(schedule("cosine", Map.of()), 1, 10) < 1);
    }

    @Test
    void aDecayThatEndsBeforeTheWarmupIsOverAtOnce() {
        var schedule = schedule("linear", Map.of("warmup", 10, "decaySteps", 5, "final", 0.2));
        assertEquals(1, factor(schedule, 10, 100));
        assertEquals(0.2, factor(schedule, 11, 100));
    }

    @Test
    void neighboursDifferLittle() {
        for (var name : List.of("constant", "linear", "cosine")) {
            var schedule = schedule(
                    name, name.equals("constant") ? Map.of("warmup", 100) : Map.of("warmup", 100, "decaySteps", 900));
            for (int step = 1; step < 1000; step++) {
                double jump = Math.abs(factor(schedule, step + 1, 1000) - factor(schedule, step, 1000));
                assertTrue(jump <= 0.0101, name + " jumps by " + jump + " after step " + step);
            }
        }
    }

    /** Rates of Megatron-DeepSpeed and of transformers, where their form is one of ours. */
    @TestFactory
    Stream<DynamicTest> ratesAreThoseOfOtherPrograms() {
        var argonne = Goldens.of("argonne_*.json", SchedulesTest::isOurs).stream()
                .map(golden -> DynamicTest.dynamicTest(golden.toString(), () -> checkArgonne(golden.json())));
        var transformers = Stream.of("linear", "cosine")
                .flatMap(name ->
                        Goldens.of(
                                        "hf_" + name + ".json",
                                        json -> json.path("scheduler_args").has("num_training_steps"))
                                .stream()
                                .map(golden -> DynamicTest.dynamicTest(
                                        golden.toString(), () -> checkTransformers(name, golden.json()))));
        return Stream.concat(argonne, transformers);
    }

    /** Plain decay, counted in steps of one. */
    private static boolean isOurs(JsonNode json) {
        var arguments = json.path("scheduler_args");
        return List.of("constant", "linear", "cosine")
                        .contains(arguments.path("lr_decay_style").asText())
                && arguments.path("lr_warmup_steps").isIntegralNumber()
                && arguments.path("lr_constant_plus_cooldown_steps").asInt() == 0
                && json.path("increment_per_step").asInt() == 1
                && json.path("tokens_per_step").isNull()
                && json.path("global_args").isEmpty();
    }

    private static void checkArgonne(JsonNode json) {
        var arguments = json.path("scheduler_args");
        double rate = arguments.path("max_lr").asDouble();
        String name = arguments.path("lr_decay_style").asText();
        long warmup = arguments.path("lr_warmup_steps").asLong();
        var schedule = schedule(
                name,
                name.equals("constant")
                        ? Map.of("warmup", warmup)
                        : Map.of(
                                "warmup",
                                warmup,
                                "decaySteps",
                                arguments.path("lr_decay_steps").asLong(),
                                "final",
                                arguments.path("min_lr").asDouble() / rate));
        compare(json, schedule, rate, Integer.MAX_VALUE);
    }

    private static void checkTransformers(String name, JsonNode json) {
        var arguments = json.path("scheduler_args");
        long steps = arguments.path("num_training_steps").asLong();
        var schedule = schedule(
                name, Map.of("warmup", arguments.path("num_warmup_steps").asLong(), "decaySteps", steps, "final", 0));
        // Past the end the cosine of transformers rises again; ours rests.
        compare(json, schedule, json.path("base_lr").asDouble(), name.equals("cosine") ? steps : Integer.MAX_VALUE);
    }

    private static void compare(JsonNode json, RateSchedule schedule, double rate, long last) {
        var rates = Goldens.numbers(json.path("lr"));
        for (int step = 0; step < Math.min(rates.length, last + 1); step++) {
            double want = rates[step];
            assertEquals(
                    want, rate * factor(schedule, step, rates.length), Math.max(1e-15, 1e-12 * want), "step " + step);
        }
    }
}
