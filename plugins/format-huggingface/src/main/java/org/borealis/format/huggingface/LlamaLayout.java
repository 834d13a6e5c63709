package org.borealis.format.huggingface;

import static org.borealis.format.huggingface.ModelConfig.MAX_COUNT;
import static org.borealis.format.huggingface.ModelConfig.MAX_HEAD_SIZE;
import static org.borealis.format.huggingface.ModelConfig.MAX_SIZE;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Llama, and its relatives Mistral and Qwen 2, as transformers name them. */
final class LlamaLayout {
    /** Tables of rotary positions. */
    private static final Pattern IGNORED = Pattern.compile("(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq");

    private LlamaLayout() {}

    private record Sizes(
            int layers,
            int hidden,
            int heads,
            int keyValueHeads,
            int headSize,
            int feedForward,
            int sequence,
            int vocabulary) {}

    private record Options(boolean tied, boolean queryKeyValue, boolean attentionOutput, boolean feedForward) {}

    static Layout of(ModelConfig config, String type) {
        var sizes = sizes(config);
        refuseSlidingWindow(config, type, sizes.sequence());
        if (!config.text("hidden_act", "silu").equals("silu")) {
            throw config.failure(
                    "hidden_act", "silu, the only activation of the family llama", config.text("hidden_act", ""));
        }
        boolean attention = type.equals("llama") && config.flag("attention_bias", false);
        var options = new Options(
                config.flag("tie_word_embeddings", false),
                attention || type.equals("qwen2"),
                attention,
                type.equals("llama") && config.flag("mlp_bias", false));
        return new Layout("llama", settings(config, sizes, options), entries(sizes, options), "model.", IGNORED);
    }

    private static Sizes sizes(ModelConfig config) {
        int hidden = config.size("hidden_size", MAX_SIZE);
        int heads = config.size("num_attention_heads", MAX_COUNT);
        int keyValueHeads = config.size("num_key_value_heads", MAX_COUNT, heads);
        if (heads % keyValueHeads != 0) {
            throw config.failure(
                    "num_key_value_heads", "a divisor of num_attention_heads " + heads, String.valueOf(keyValueHeads));
        }
        if (!config.has("head_dim") && hidden % heads != 0) {
            throw config.failure("num_attention_heads", "a divisor of hidden_size " + hidden, String.valueOf(heads));
        }
        return new Sizes(
                config.size("num_hidden_layers", MAX_COUNT),
                hidden,
                heads,
                keyValueHeads,
                config.size("head_dim", MAX_HEAD_SIZE, hidden / heads),
                config.size("intermediate_size", MAX_SIZE),
                config.size("max_position_embeddings", MAX_SIZE),
                config.size("vocab_size", MAX_SIZE));
    }

    private static void refuseSlidingWindow(ModelConfig config, String type, int sequence) {
        if (type.equals("mistral") && config.size("sliding_window", Integer.MAX_VALUE, sequence) < sequence) {
            throw config.failure(
                    "sliding_window",
                    "null or no shorter than max_position_embeddings, because the family llama has no sliding window",
                    config.json().get("sliding_window"));
        }
        if (type.equals("qwen2")) {
            config.require("use_sliding_window", false);
        }
        for (var layer : config.json().path("layer_types")) {
            if (!layer.asText().equals("full_attention")) {
                throw config.failure("layer_types", "full_attention in every layer", layer);
            }
        }
    }

    private static Map<String, Object> settings(ModelConfig config, Sizes sizes, Options options) {
        var settings = new HashMap<String, Object>();
        settings.put("layers", sizes.layers());
        settings.put("hidden", sizes.hidden());
        settings.put("heads", sizes.heads());
        settings.put("keyValueHeads", sizes.keyValueHeads());
        settings.put("headSize", sizes.headSize());
        settings.put("feedForward", sizes.feedForward());
        settings.put("sequence", sizes.sequence());
        settings.put("vocabulary", sizes.vocabulary());
        settings.put("tied", options.tied());
        settings.put("epsilon", config.number("rms_norm_eps", 1e-6));
        settings.put("bias.queryKeyValue", options.queryKeyValue());
        settings.put("bias.attentionOutput", options.attentionOutput());
        settings.put("bias.feedForward", options.feedForward());
        settings.put("initialDeviation", config.number("initializer_range", 0.02));
        settings.putAll(RotarySettings.of(config, sizes.sequence()));
        return settings;
    }

    private static List<Layout.Entry> entries(Sizes sizes, Options options) {
        var entries =
                new Layout.Entries().add("embedding.weight", "embed_tokens.weight", sizes.vocabulary(), sizes.hidden());
        for (int layer = 0; layer < sizes.layers(); layer++) {
            attention(entries, "layers." + layer, sizes, options);
            feedForward(entries, "layers." + layer, sizes, options.feedForward());
        }
        entries.add("norm.weight", "norm.weight", sizes.hidden());
        return options.tied()
                ? entries.list()
                : entries.add("output.weight", "lm_head.weight", sizes.vocabulary(), sizes.hidden())
                        .list();
    }

    private static void attention(Layout.Entries entries, String layer, Sizes sizes, Options options) {
        int hidden = sizes.hidden();
        int queries = sizes.heads() * sizes.headSize();
        int keys = sizes.keyValueHeads() * sizes.headSize();
        String to = layer + ".attention.";
        String from = layer + ".self_attn.";
        entries.add(to + "norm.weight", layer + ".input_layernorm.weight", hidden)
                .linear(to + "query", from + "q_proj", options.queryKeyValue(), queries, hidden)
                .linear(to + "key", from + "k_proj", options.queryKeyValue(), keys, hidden)
                .linear(to + "value", from + "v_proj", options.queryKeyValue(), keys, hidden)
                .linear(to + "output", from + "o_proj", options.attentionOutput(), hidden, queries);
    }

    private static void feedForward(Layout.Entries entries, String layer, Sizes sizes, boolean bias) {
        String to = layer + ".feedForward.";
        String from = layer + ".mlp.";
        entries.add(to + "norm.weight", layer + ".post_attention_layernorm.weight", sizes.hidden())
                .linear(to + "gate", from + "gate_proj", bias, sizes.feedForward(), sizes.hidden())
                .linear(to + "up", from + "up_proj", bias, sizes.feedForward(), sizes.hidden())
                .linear(to + "down", from + "down_proj", bias, sizes.hidden(), sizes.feedForward());
    }
}
