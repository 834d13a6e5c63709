package org.borealis.goldens;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.borealis.checkpoint.CheckpointFormat.ForeignModel;
import org.borealis.format.huggingface.HuggingFaceFormat;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Settings;

/** A Hugging Face checkpoint and the numbers that transformers computed from it. */
record GoldenModel(Path folder, JsonNode golden) {
    /** Kinds that a family of ours can be. */
    private static final List<String> KINDS = List.of("gpt2", "llama", "qwen2", "mistral");

    static List<GoldenModel> all() {
        return Goldens.of(
                        "golden.json", json -> KINDS.contains(json.path("kind").asText()) && json.has("f64"))
                .stream()
                .map(found -> new GoldenModel(found.file().getParent(), found.json()))
                .toList();
    }

    private boolean isGpt() {
        return golden.path("kind").asText().equals("gpt2");
    }

    private ForeignModel open() {
        return new HuggingFaceFormat().open(folder);
    }

    ModelFamily family() {
        var model = open();
        model.tensors().close();
        return switch (model.family()) {
            case "gpt" -> new Gpt(Settings.of(GptSettings.class, model.settings()));
            case "llama" -> new Llama(Settings.of(LlamaSettings.class, model.settings()));
            default -> throw new AssertionError("no family " + model.family());
        };
    }

    /** The checkpoint's float32 values, widened if asked for. */
    Map<Parameter, HostTensor> weights(DataType type) {
        try (var tensors = open().tensors()) {
            var weights = new LinkedHashMap<Parameter, HostTensor>();
            for (var parameter : family().parameters()) {
                var stored = new HostTensor(tensors.types().get(parameter.name()), tensors.read(parameter.name()));
                weights.put(parameter, HostTensor.fill(new TensorType(type, parameter.shape()), stored::get));
            }
            return weights;
        }
    }

    /** What was computed in float64 or in float32. */
    JsonNode numbers(DataType type) {
        return golden.path(type == DataType.FLOAT64 ? "f64" : "f32");
    }

    /** Name that transformers give to one of our parameters. */
    String theirName(Parameter parameter) {
        String name = parameter.name();
        return isGpt() ? gptName(name) : llamaName(name);
    }

    private static String gptName(String name) {
        return (name.startsWith("output.") ? "" : "transformer.")
                + name.replace("layers.", "h.")
                        .replace("attention.norm", "ln_1")
                        .replace("attention.input", "attn.c_attn")
                        .replace("attention.output", "attn.c_proj")
                        .replace("feedForward.norm", "ln_2")
                        .replace("feedForward.up", "mlp.c_fc")
                        .replace("feedForward.down", "mlp.c_proj")
                        .replace("embedding", "wte")
                        .replace("position", "wpe")
                        .replaceFirst("^norm", "ln_f")
                        .replaceFirst("^output", "lm_head");
    }

    private static String llamaName(String name) {
        return (name.startsWith("output.") ? "" : "model.")
                + name.replace("attention.norm", "input_layernorm")
                        .replace("feedForward.norm", "post_attention_layernorm")
                        .replaceAll("attention\\.(q|k|v|o)\\w+", "self_attn.$1_proj")
                        .replaceAll("feedForward\\.(gate|up|down)", "mlp.$1_proj")
                        .replace("embedding", "embed_tokens")
                        .replaceFirst("^output", "lm_head");
    }

    /** Index in our tensor of an element of theirs: GPT-2's linear weights are [in, out]. */
    IntUnaryOperator indexOf(Parameter parameter) {
        boolean isTransposed =
                isGpt() && parameter.shape().rank() == 2 && parameter.name().startsWith("layers.");
        if (!isTransposed) {
            return i -> i;
        }
        int out = parameter.shape().dim(0);
        int in = parameter.shape().dim(1);
        return i -> i % out * in + i / out;
    }

    HostTensor tokens() {
        return tokens(golden.path("input_ids"));
    }

    private static HostTensor tokens(JsonNode rows) {
        return HostTensor.of(
                TensorType.of(DataType.INT32, rows.size(), rows.get(0).size()), Goldens.numbers(rows));
    }

    /** Each token's target is the next token; the last of a sequence has none. */
    static HostTensor targets(HostTensor labels) {
        int time = labels.type().shape().dim(1);
        return HostTensor.fill(labels.type(), i -> i % time == time - 1 ? -100 : labels.get(i + 1));
    }

    HostTensor maskedTargets() {
        return targets(tokens(golden.path("labels_masked")));
    }

    /** The batch of a training step, counted from 0, by the formula of the golden data's README. */
    HostTensor batch(int step, int vocabulary) {
        var type = tokens().type();
        int time = type.shape().dim(1);
        return HostTensor.fill(type, i -> {
            int b = i / time;
            int t = i % time;
            return (7 * b + 11 * t + t * t % 13 + 3 + 5 * step * (t + 1)) % vocabulary;
        });
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
