package org.borealis.format.huggingface;

import java.util.HashMap;
import java.util.Map;

/** Settings of rotary positions, from {@code rope_theta} and {@code rope_scaling}, or {@code rope_parameters} since transformers 5. */
final class RotarySettings {
    private RotarySettings() {}

    static Map<String, Object> of(ModelConfig config, int sequence) {
        var rope = config.object(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
        refusePartial(config);
        refusePartial(rope);
        var settings = new HashMap<String, Object>();
        settings.put("rotary.theta", rope.number("rope_theta", config.number("rope_theta", 10_000)));
        String typeKey = rope.has("rope_type") ? "rope_type" : "type";
        String type = rope.text(typeKey, "default");
        settings.put("rotary.scaling", type.equals("default") ? "none" : type);
        switch (type) {
            case "default" -> {}
            case "linear" -> settings.put("rotary.factor", rope.number("factor"));
            case "dynamic" -> stretched(settings, rope, sequence);
            case "yarn" -> {
                stretched(settings, rope, sequence);
                yarn(settings, rope);
            }
            case "llama3" -> {
                settings.put("rotary.factor", rope.number("factor"));
                settings.put("rotary.lowFrequencyFactor", rope.number("low_freq_factor"));
                settings.put("rotary.highFrequencyFactor", rope.number("high_freq_factor"));
                settings.put(
                        "rotary.originalSequence", rope.size("original_max_position_embeddings", ModelConfig.MAX_SIZE));
            }
            default -> throw rope.failure(typeKey, "one of default, linear, dynamic, yarn, llama3", "'" + type + "'");
        }
        return settings;
    }

    private static void stretched(Map<String, Object> settings, ModelConfig rope, int sequence) {
        settings.put("rotary.factor", rope.number("factor"));
        settings.put(
                "rotary.originalSequence",
                rope.size("original_max_position_embeddings", ModelConfig.MAX_SIZE, sequence));
    }

    /** Without {@code attention_factor} the family computes it from the factor, as transformers do. */
    private static void yarn(Map<String, Object> settings, ModelConfig rope) {
        settings.put("rotary.betaFast", rope.number("beta_fast", 32));
        settings.put("rotary.betaSlow", rope.number("beta_slow", 1));
        if (rope.has("attention_factor")) {
            settings.put("rotary.attentionFactor", rope.number("attention_factor"));
        }
        rope.refuse("mscale", "YaRN's mscale");
        rope.refuse("mscale_all_dim", "YaRN's mscale");
        rope.require("truncate", true);
    }

    private static void refusePartial(ModelConfig config) {
        if (config.number("partial_rotary_factor", 1) != 1) {
            throw config.failure(
                    "partial_rotary_factor",
                    "1, because the family llama rotates whole heads",
                    config.json().get("partial_rotary_factor"));
        }
    }
}
