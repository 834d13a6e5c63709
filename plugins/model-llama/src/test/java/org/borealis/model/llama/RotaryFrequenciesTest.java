package org.borealis.model.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.Settings;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

final class RotaryFrequenciesTest {
    private static final Map<String, String> KEYS = Map.of(
            "factor", "rotary.factor",
            "low_freq_factor", "rotary.lowFrequencyFactor",
            "high_freq_factor", "rotary.highFrequencyFactor",
            "original_max_position_embeddings", "rotary.originalSequence",
            "beta_fast", "rotary.betaFast",
            "beta_slow", "rotary.betaSlow");

    @TestFactory
    Stream<DynamicTest> frequenciesAreThoseOfTransformers() {
        return Goldens.of("layers.json", json -> json.has("rope")).stream()
                .flatMap(golden -> golden.json().path("rope").valueStream())
                .map(rope -> DynamicTest.dynamicTest(
                        rope.path("type").asText() + " at "
                                + rope.path("seq_len").asText(),
                        () -> check(rope)));
    }

    private static void check(JsonNode rope) {
        var config = Settings.of(LlamaSettings.class, settings(rope));
        var got = RotaryFrequencies.of(config, Dimensions.of(config));
        var wanted = Goldens.numbers(rope.path("inv_freq"));
        double relative = rope.path("inv_freq_dtype").asText().endsWith("float32") ? 2e-7 : 1e-14;
        assertEquals(wanted.length, got.radians().size());
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i], got.radians().get(i), relative * wanted[i], "pair " + i);
        }
        assertEquals(rope.path("attention_scaling").asDouble(), got.scale(), 1e-15);
    }

    private static Map<String, Object> settings(JsonNode rope) {
        var config = rope.path("config");
        var settings = new HashMap<String, Object>();
        int longest = config.path("max_position_embeddings").asInt();
        settings.put("hidden", config.path("hidden_size").asInt());
        settings.put("heads", config.path("num_attention_heads").asInt());
        settings.put("headSize", config.path("head_dim").asInt());
        settings.put("rotary.theta", config.path("rope_theta").asDouble());
        settings.put("rotary.scaling", rope.path("type").asText().replace("default", "none"));
        // Where transformers stretch with a call's length, this family takes the longest that the settings allow.
        settings.put("sequence", rope.path("seq_len").asInt(longest));
        settings.put("rotary.originalSequence", longest);
        config.path("rope_scaling").properties().stream()
                .filter(entry -> KEYS.containsKey(entry.getKey()))
                .forEach(entry ->
                        settings.put(KEYS.get(entry.getKey()), entry.getValue().asDouble()));
        return settings;
    }
}
