package org.borealis.format.huggingface;

import static org.borealis.format.huggingface.ModelConfig.MAX_COUNT;
import static org.borealis.format.huggingface.ModelConfig.MAX_SIZE;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** GPT-2 as transformers names it; its linear weights are stored [in, out]. */
final class GptLayout {
    /** Causal masks. */
    private static final Pattern IGNORED = Pattern.compile("h\\.\\d+\\.attn\\.(bias|masked_bias)");

    private GptLayout() {}

    static Layout of(ModelConfig config) {
        config.require("scale_attn_weights", true);
        config.require("add_cross_attention", false);
        int hidden = config.size("n_embd", MAX_SIZE);
        int heads = config.size("n_head", MAX_COUNT);
        if (hidden % heads != 0) {
            throw config.failure("n_head", "a divisor of n_embd " + hidden, String.valueOf(heads));
        }
        int layers = config.size("n_layer", MAX_COUNT);
        int feedForward = config.size("n_inner", MAX_SIZE, 4 * hidden);
        int sequence = config.size("n_positions", MAX_SIZE);
        int vocabulary = config.size("vocab_size", MAX_SIZE);
        boolean tied = config.flag("tie_word_embeddings", true);
        Map<String, Object> settings = Map.ofEntries(
                Map.entry("layers", layers),
                Map.entry("hidden", hidden),
                Map.entry("heads", heads),
                Map.entry("feedForward", feedForward),
                Map.entry("sequence", sequence),
                Map.entry("vocabulary", vocabulary),
                Map.entry("tied", tied),
                Map.entry("bias", true),
                Map.entry("epsilon", config.number("layer_norm_epsilon", 1e-5)),
                Map.entry("activation", activation(config)),
                Map.entry("scaleByLayer", config.flag("scale_attn_by_inverse_layer_idx", false)),
                Map.entry("initialDeviation", config.number("initializer_range", 0.02)));
        var entries = entries(layers, hidden, feedForward, sequence, vocabulary, tied);
        return new Layout("gpt", settings, entries, "transformer.", IGNORED);
    }

    private static String activation(ModelConfig config) {
        String name = config.text("activation_function", "gelu_new");
        return switch (name) {
            case "gelu" -> "gelu";
            case "gelu_new", "gelu_pytorch_tanh" -> "geluTanh";
            default ->
                throw config.failure("activation_function", "gelu, gelu_new or gelu_pytorch_tanh", "'" + name + "'");
        };
    }

    private static List<Layout.Entry> entries(
            int layers, int hidden, int feedForward, int sequence, int vocabulary, boolean tied) {
        var entries = new Layout.Entries()
                .add("embedding.weight", "wte.weight", vocabulary, hidden)
                .add("position.weight", "wpe.weight", sequence, hidden);
        for (int layer = 0; layer < layers; layer++) {
            String to = "layers." + layer;
            String from = "h." + layer;
            norm(entries, to + ".attention.norm", from + ".ln_1", hidden);
            entries.linear(to + ".attention.input", from + ".attn.c_attn", true, true, 3 * hidden, hidden)
                    .linear(to + ".attention.output", from + ".attn.c_proj", true, true, hidden, hidden);
            norm(entries, to + ".feedForward.norm", from + ".ln_2", hidden);
            entries.linear(to + ".feedForward.up", from + ".mlp.c_fc", true, true, feedForward, hidden)
                    .linear(to + ".feedForward.down", from + ".mlp.c_proj", true, true, hidden, feedForward);
        }
        norm(entries, "norm", "ln_f", hidden);
        return tied
                ? entries.list()
                : entries.add("output.weight", "lm_head.weight", vocabulary, hidden)
                        .list();
    }

    private static void norm(Layout.Entries entries, String name, String source, int hidden) {
        entries.add(name + ".weight", source + ".weight", hidden).add(name + ".bias", source + ".bias", hidden);
    }
}
