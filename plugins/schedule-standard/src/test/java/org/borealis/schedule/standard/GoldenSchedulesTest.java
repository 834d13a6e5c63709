package org.borealis.schedule.standard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.testkit.Goldens;
import org.borealis.train.RateSchedule;
import org.borealis.train.RateSchedule.Position;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Rates and weight decay of Megatron-DeepSpeed, Megatron-LM and transformers, step by step. */
final class GoldenSchedulesTest {
    private static List<Goldens.Golden> goldens() {
        return Goldens.of("*.json", json -> json.has("scheduler_args") && json.has("lr"));
    }

    @Test
    void thereAreGoldens() {
        assertTrue(goldens().size() >= 20, "found " + goldens().size());
    }

    @TestFactory
    Stream<DynamicTest> ratesAreThoseOfOtherPrograms() {
        return goldens().stream()
                .map(golden -> DynamicTest.dynamicTest(golden.toString(), () -> {
                    var json = golden.json();
                    if (json.has("base_lr")) {
                        checkTransformers(json);
                    } else {
                        checkMegatron(json);
                    }
                }));
    }

    private static void checkTransformers(JsonNode json) {
        var arguments = json.path("scheduler_args");
        var settings = new HashMap<String, Object>();
        settings.put("warmup", arguments.path("num_warmup_steps").asDouble());
        settings.put("final", 0);
        long end = arguments.path("num_training_steps").asLong();
        if (end > 0) {
            settings.put("end", end);
        }
        if (arguments.has("num_cycles")) {
            settings.put("cycles", arguments.path("num_cycles").asInt());
        }
        String name = json.path("id").asText();
        String ours = name.contains("cosine") ? "cosine" : name.contains("inverse") ? "inverse-square-root" : "linear";
        // Past its end the plain cosine of transformers rises again; ours rests.
        long last = name.equals("hf_cosine") ? end : Integer.MAX_VALUE;
        compare(
                json,
                "lr",
                SchedulesTest.schedule(ours, settings),
                json.path("base_lr").asDouble(),
                last);
    }

    private static void checkMegatron(JsonNode json) {
        double rate = argument(json, "max_lr");
        compare(json, "lr", SchedulesTest.schedule(name(json), settings(json, rate)), rate, Integer.MAX_VALUE);
        double decay = argument(json, "end_wd");
        boolean isRamped = argument(json, "start_wd") != decay;
        var ramp = SchedulesTest.schedule(
                "ramp",
                Map.of(
                        "from",
                        argument(json, "start_wd") / decay,
                        "to",
                        1,
                        "end",
                        argument(json, "wd_incr_steps"),
                        "unit",
                        unit(json).equals("tokens") ? "steps" : unit(json),
                        "shape",
                        isRamped ? json.at("/scheduler_args/wd_incr_style").asText() : "linear"));
        compare(json, "wd", ramp, decay, Integer.MAX_VALUE);
    }

    private static double argument(JsonNode json, String name) {
        return json.at("/scheduler_args/" + name).asDouble();
    }

    private static boolean cools(JsonNode json) {
        return argument(json, "lr_constant_plus_cooldown_steps") > 0;
    }

    private static String name(JsonNode json) {
        String style = json.at("/scheduler_args/lr_decay_style").asText();
        return switch (style) {
            case "constant" -> cools(json) ? "wsd" : "constant";
            case "WSD" -> "wsd";
            case "infinite-cosine", "infinite-inv-square-root" -> "infinite";
            default -> style.equals("inverse-square-root") ? "inverse-square-root" : style;
        };
    }

    private static String unit(JsonNode json) {
        return json.path("tokens_per_step").isNumber()
                ? "tokens"
                : json.path("increment_per_step").asInt() > 1 ? "samples" : "steps";
    }

    private static Map<String, Object> settings(JsonNode json, double rate) {
        String name = name(json);
        var settings = new HashMap<String, Object>();
        settings.put("unit", unit(json));
        settings.put("warmup", argument(json, "lr_warmup_steps"));
        settings.put("initial", argument(json, "init_lr") / rate);
        settings.put("final", argument(json, "min_lr") / rate);
        settings.put("end", argument(json, "lr_decay_steps"));
        if (unit(json).equals("tokens")) {
            settings.put("end", json.at("/global_args/lr_decay_tokens").asDouble());
            var warmup = json.at("/global_args/lr_warmup_tokens");
            settings.put("warmupUnit", warmup.isNumber() ? "tokens" : "steps");
            if (warmup.isNumber()) {
                settings.put("warmup", warmup.asDouble());
            }
        }
        if (name.equals("wsd")) {
            settings.put("decay", argument(json, cools(json) ? "lr_constant_plus_cooldown_steps" : "wsd_decay_steps"));
            String style = json.at("/scheduler_args/lr_wsd_decay_style").asText("minus_sqrt");
            settings.put("shape", style.equals("minus_sqrt") ? "minusSqrt" : style);
        }
        if (name.equals("infinite")) {
            settings.put("level", argument(json, "constant_lr") / rate);
            settings.put("cooldown", argument(json, "lr_cooldown_steps"));
            settings.put("constant", argument(json, "lr_constant_steps"));
            boolean isCosine =
                    json.at("/scheduler_args/lr_decay_style").asText().endsWith("cosine");
            settings.put("shape", isCosine ? "cosine" : "inverseSquareRoot");
            settings.put("timescale", json.at("/scheduler_args/timescale").asDouble(10));
        }
        return settings;
    }

    private static void compare(JsonNode json, String key, RateSchedule schedule, double scale, long last) {
        var wanted = Goldens.numbers(json.path(key));
        long samples = json.path("increment_per_step").asLong(1);
        long tokens = json.path("tokens_per_step").asLong(1);
        for (int step = 0; step < Math.min(wanted.length, last + 1); step++) {
            double got = scale * schedule.factor(new Position(step, wanted.length, samples * step, tokens * step));
            double tolerance = Math.max(1e-15, 1e-12 * wanted[step]);
            assertEquals(wanted[step], got, tolerance, key + " at step " + step);
        }
    }
}
