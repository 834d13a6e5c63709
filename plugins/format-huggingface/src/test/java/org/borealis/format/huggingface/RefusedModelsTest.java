package org.borealis.format.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.borealis.checkpoint.safetensors.SafetensorsFile;
import org.borealis.checkpoint.safetensors.SafetensorsWriter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusedModelsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gpt2_a|scale_attn_weights|false",
                "gpt2_a|add_cross_attention|true",
                "gpt2_a|activation_function|\"relu\"",
                "gpt2_a|n_head|5",
                "gpt2_a|n_layer|0",
                "gpt2_a|n_layer|1000000000",
                "gpt2_a|n_embd|32.5",
                "gpt2_a|n_embd|null",
                "gpt2_a|layer_norm_epsilon|-1",
                "gpt2_a|tie_word_embeddings|\"yes\"",
                "llama_a|model_type|\"mixtral\"",
                "llama_a|hidden_act|\"gelu\"",
                "llama_a|num_key_value_heads|3",
                "llama_a|vocab_size|\"97\"",
                "llama_a|rope_scaling|{\"rope_type\":\"longrope\",\"factor\":2}",
                "llama_a|rope_scaling|{\"rope_type\":\"linear\"}",
                "llama_a|rope_scaling|{\"rope_type\":\"llama3\",\"factor\":2}",
                "llama_a|rope_scaling|{\"rope_type\":\"yarn\",\"factor\":2,\"mscale\":1.0}",
                "llama_a|rope_scaling|7",
                "llama_a|partial_rotary_factor|0.5",
                "llama_a|quantization_config|{\"bits\":4}",
                "qwen2_a|use_sliding_window|true",
                "qwen2_a|layer_types|[\"sliding_attention\"]",
            })
    void aConfigThatNoFamilyCanBeIsRefusedByItsKey(String model, String key, String value) throws IOException {
        copy(model, config -> set(config, key, value));
        var failure = refused();
        assertEquals("huggingface-config", failure.code());
        assertTrue(failure.getMessage().contains(key), failure.getMessage());
        assertTrue(failure.getMessage().contains("config.json"), failure.getMessage());
    }

    @Test
    void aMistralWithASlidingWindowIsRefusedAndOneWithoutIsRead() throws IOException {
        copy("llama_a", config -> set(set(config, "model_type", "\"mistral\""), "sliding_window", "64"));
        assertTrue(refused().getMessage().contains("sliding_window"));
        copy("llama_a", config -> set(set(config, "model_type", "\"mistral\""), "sliding_window", "null"));
        new HuggingFaceFormat().open(folder).tensors().close();
    }

    @Test
    void ropeParametersOfTransformers5AreRead() throws IOException {
        copy("llama_a", config -> {
            config.remove("rope_theta");
            config.remove("rope_scaling");
            return set(
                    config,
                    "rope_parameters",
                    "{\"rope_type\":\"yarn\",\"rope_theta\":5e5,\"factor\":4,\"attention_factor\":1.5}");
        });
        var model = new HuggingFaceFormat().open(folder);
        model.tensors().close();
        var rotary = new LinkedHashMap<>(model.settings());
        rotary.keySet().removeIf(key -> !key.startsWith("rotary."));
        assertEquals(
                Map.of(
                        "rotary.theta", 5e5,
                        "rotary.scaling", "yarn",
                        "rotary.factor", 4.0,
                        "rotary.originalSequence", 128,
                        "rotary.betaFast", 32.0,
                        "rotary.betaSlow", 1.0,
                        "rotary.attentionFactor", 1.5),
                rotary);
    }

    @Test
    void missingTensorsAreNamed() throws IOException {
        copy("llama_a", config -> config);
        rewrite(tensors -> {
            tensors.remove("model.layers.1.mlp.up_proj.weight");
            return tensors;
        });
        assertTrue(refused().getMessage().contains("lacks 'layers.1.mlp.up_proj.weight'"));
    }

    @Test
    void tensorsThatNobodyAskedForAreNamed() throws IOException {
        copy("llama_a", config -> config);
        rewrite(tensors -> put(tensors, "model.layers.0.self_attn.q_norm.weight", DataType.FLOAT32, 8));
        assertTrue(refused().getMessage().contains("'model.layers.0.self_attn.q_norm.weight'"));
    }

    @Test
    void aWrongShapeIsNamedWithWhatWasWanted() throws IOException {
        copy("llama_a", config -> set(config, "intermediate_size", "65"));
        var message = refused().getMessage();
        assertTrue(message.contains("mlp.gate_proj.weight' as f32[64, 32]"), message);
        assertTrue(message.contains("[65, 32]"), message);
    }

    @Test
    void integersAreNoWeights() throws IOException {
        copy("llama_a", config -> config);
        rewrite(tensors -> put(tensors, "model.norm.weight", DataType.INT32, 32));
        assertTrue(refused().getMessage().contains("model.norm.weight"));
    }

    @Test
    void namesMayComeWithoutThePrefix() throws IOException {
        copy("gpt2_a", config -> config);
        rewrite(tensors -> {
            var bare = new LinkedHashMap<String, Tensor>();
            tensors.forEach((name, tensor) -> bare.put(name.replace("transformer.", ""), tensor));
            return put(bare, "h.0.attn.bias", DataType.UINT8, 1, 1, 64, 64);
        });
        try (var bare = new HuggingFaceFormat().open(folder).tensors();
                var original =
                        new HuggingFaceFormat().open(Goldens.model("gpt2_a")).tensors()) {
            assertEquals(original.types(), bare.types());
        }
    }

    @Test
    void aTiedOutputMayBeRepeatedButNotDiffer() throws IOException {
        copy("gpt2_a", config -> config);
        rewrite(tensors -> {
            var tensor = tensors.get("transformer.wte.weight");
            if (tensor != null) {
                tensors.put("lm_head.weight", tensor);
            }
            return tensors;
        });
        new HuggingFaceFormat().open(folder).tensors().close();
        rewrite(tensors -> put(tensors, "lm_head.weight", DataType.FLOAT32, 97, 32));
        assertTrue(refused().getMessage().contains("tie_word_embeddings"));
    }

    @Test
    void float64WeightsStayFloat64() throws IOException {
        copy("gpt2_a", config -> config);
        rewrite(tensors -> put(tensors, "transformer.h.0.mlp.c_fc.weight", DataType.FLOAT64, 32, 128));
        try (var tensors = new HuggingFaceFormat().open(folder).tensors()) {
            assertEquals(
                    TensorType.of(DataType.FLOAT64, 128, 32), tensors.types().get("layers.0.feedForward.up.weight"));
            double[] values = tensors.read("layers.0.feedForward.up.weight").toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
            assertEquals(128 * 32, values.length);
        }
    }

    @Test
    void anIndexMayNotLeaveItsFolder() throws IOException {
        for (String shard : new String[] {"../model.safetensors", "/etc/x.safetensors", "..", "a\\b.safetensors"}) {
            sharded(Map.of("model.norm.weight", shard));
            assertTrue(refused().getMessage().contains("weight_map.model.norm.weight"), shard);
        }
    }

    @Test
    void anIndexThatNamesAMissingShardOrTensorIsRefused() throws IOException {
        sharded(Map.of("model.norm.weight", "model-00009-of-00002.safetensors"));
        assertTrue(refused().getMessage().contains("model-00009-of-00002.safetensors"));
        sharded(Map.of("model.nrom.weight", "model-00002-of-00002.safetensors"));
        assertTrue(refused().getMessage().contains("model.nrom.weight"));
    }

    @Test
    void aFolderWithOtherWeightsSaysWhatItHolds() throws IOException {
        Files.copy(Goldens.model("llama_a").resolve("config.json"), folder.resolve("config.json"));
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        assertTrue(refused().getMessage().contains("pytorch_model.bin"));
    }

    @Test
    void brokenJsonIsRefusedWithItsFile() throws IOException {
        for (String text : new String[] {"", "[]", "{", "{} x", "{\"a\":1,\"a\":2}", "[".repeat(100_000)}) {
            Files.writeString(folder.resolve("config.json"), text);
            assertTrue(refused().getMessage().contains("config.json"), text);
        }
        Files.delete(folder.resolve("config.json"));
        assertTrue(refused().getMessage().contains("config.json"));
    }

    private BorealisException refused() {
        return assertThrows(BorealisException.class, () -> new HuggingFaceFormat().open(folder));
    }

    private void copy(String model, UnaryOperator<ObjectNode> change) throws IOException {
        var source = Goldens.model(model);
        var config = (ObjectNode) JSON.readTree(source.resolve("config.json").toFile());
        Files.write(folder.resolve("config.json"), JSON.writeValueAsBytes(change.apply(config)));
        Files.copy(
                source.resolve("model.safetensors"),
                folder.resolve("model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void sharded(Map<String, String> changes) throws IOException {
        var source = Goldens.model("llama_a").resolve("sharded");
        try (var files = Files.list(source)) {
            for (var file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        var file = folder.resolve("model.safetensors.index.json");
        var index = (ObjectNode) JSON.readTree(file.toFile());
        changes.forEach((name, shard) -> index.withObject("/weight_map").put(name, shard));
        Files.write(file, JSON.writeValueAsBytes(index));
    }

    private static ObjectNode set(ObjectNode config, String key, String value) {
        try {
            config.set(key, JSON.readTree(value));
            return config;
        } catch (IOException e) {
            throw new IllegalArgumentException(value, e);
        }
    }

    private record Tensor(TensorType type, byte[] bytes) {}

    private static Map<String, Tensor> put(Map<String, Tensor> tensors, String name, DataType type, int... sizes) {
        var tensorType = TensorType.of(type, sizes);
        tensors.put(name, new Tensor(tensorType, new byte[(int) tensorType.bytes()]));
        return tensors;
    }

    private void rewrite(UnaryOperator<Map<String, Tensor>> change) throws IOException {
        var path = folder.resolve("model.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (var file = SafetensorsFile.open(path)) {
            file.types()
                    .forEach((name, type) ->
                            tensors.put(name, new Tensor(type, file.read(name).toArray(ValueLayout.JAVA_BYTE))));
        }
        var changed = change.apply(tensors);
        var types = new LinkedHashMap<String, TensorType>();
        changed.forEach((name, tensor) -> types.put(name, tensor.type()));
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var writer = new SafetensorsWriter(channel, types, Map.of());
            for (var tensor : changed.entrySet()) {
                writer.write(
                        tensor.getKey(), MemorySegment.ofArray(tensor.getValue().bytes()));
            }
        }
    }
}
