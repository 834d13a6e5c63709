package org.borealis.format.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.checkpoint.CheckpointFormat.ForeignModel;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class GoldenModelsTest {
    private static final double SUM_TOLERANCE = 1e-9; // sums of some thousand numbers below 1, in double

    @TempDir
    Path folder;

    private static ForeignModel open(Path path) {
        return new HuggingFaceFormat().open(path);
    }

    @TestFactory
    Stream<DynamicTest> everyGoldenTensorIsReadWithItsValues() {
        var models = Goldens.readable();
        assertFalse(models.isEmpty());
        return models.stream().map(model -> DynamicTest.dynamicTest(model.toString(), () -> compare(model)));
    }

    /** Layouts map names one to one, so sums and elements of what is read must be those of the golden tensors. */
    private static void compare(Path path) throws IOException {
        var golden = new ObjectMapper().readTree(Files.readAllBytes(path.resolve("golden.json")));
        var layout = layout(path);
        var model = open(path);
        try (var tensors = model.tensors()) {
            int compared = 0;
            for (var entry : layout.entries()) {
                JsonNode wanted = golden.path("checkpoint_tensors").path(layout.prefix() + entry.source());
                wanted = wanted.isMissingNode()
                        ? golden.path("checkpoint_tensors").path(entry.source())
                        : wanted;
                var type = tensors.types().get(entry.name());
                assertTrue(type != null && type.type() == DataType.FLOAT32, entry.name());
                assertEquals(entry.shape(), type.shape());
                float[] values = tensors.read(entry.name()).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
                compare(entry, values, wanted);
                compared++;
            }
            assertEquals(golden.path("checkpoint_tensors").size(), compared);
            assertEquals(compared, tensors.types().size());
        }
    }

    private static void compare(Layout.Entry entry, float[] values, JsonNode wanted) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        assertEquals(wanted.path("sum").asDouble(), sum, SUM_TOLERANCE, entry.name());
        int step = entry.transposed() ? entry.shape().dim(1) : 1;
        for (int i = 0; i < 4; i++) {
            assertEquals((float) wanted.path("first4").path(i).asDouble(), values[i * step], entry.name());
        }
    }

    private static Layout layout(Path path) {
        var config = ModelConfig.read(path.resolve("config.json"));
        String type = config.text("model_type", "");
        return type.equals("gpt2") ? GptLayout.of(config) : LlamaLayout.of(config, type);
    }

    @Test
    void settingsOfGpt2AreThoseOfItsConfig() {
        var model = open(Goldens.model("gpt2_b"));
        assertEquals("gpt", model.family());
        assertEquals(
                Map.ofEntries(
                        Map.entry("layers", 3),
                        Map.entry("hidden", 36),
                        Map.entry("heads", 3),
                        Map.entry("feedForward", 144),
                        Map.entry("sequence", 40),
                        Map.entry("vocabulary", 97),
                        Map.entry("tied", true),
                        Map.entry("bias", true),
                        Map.entry("epsilon", 1e-5),
                        Map.entry("activation", "gelu"),
                        Map.entry("scaleByLayer", true),
                        Map.entry("initialDeviation", 0.02)),
                model.settings());
        assertEquals(Map.of(), model.tokenizer());
        model.tensors().close();
    }

    @Test
    void settingsOfLlamaAreThoseOfItsConfig() {
        var model = open(Goldens.model("llama_b"));
        assertEquals("llama", model.family());
        var expected = new HashMap<String, Object>(Map.ofEntries(
                Map.entry("layers", 3),
                Map.entry("hidden", 48),
                Map.entry("heads", 6),
                Map.entry("keyValueHeads", 2),
                Map.entry("headSize", 8),
                Map.entry("feedForward", 72),
                Map.entry("sequence", 128),
                Map.entry("vocabulary", 97),
                Map.entry("tied", true),
                Map.entry("epsilon", 1e-6),
                Map.entry("initialDeviation", 0.02)));
        expected.putAll(Map.of("bias.queryKeyValue", false, "bias.attentionOutput", false, "bias.feedForward", false));
        expected.putAll(Map.of(
                "rotary.theta", 500000.0,
                "rotary.scaling", "llama3",
                "rotary.factor", 8.0,
                "rotary.lowFrequencyFactor", 1.0,
                "rotary.highFrequencyFactor", 4.0,
                "rotary.originalSequence", 16));
        assertEquals(expected, model.settings());
        model.tensors().close();
    }

    @Test
    void biasesAreThoseThatTheArchitectureHas() {
        try (var qwen = open(Goldens.model("qwen2_a")).tensors();
                var llama = open(Goldens.model("llama_c_bias_mha")).tensors()) {
            assertEquals(
                    Shape.of(16),
                    qwen.types().get("layers.1.attention.value.bias").shape());
            assertFalse(qwen.types().containsKey("layers.1.attention.output.bias"));
            assertTrue(llama.types().containsKey("layers.1.attention.output.bias"));
            assertTrue(llama.types().containsKey("layers.0.feedForward.down.bias"));
        }
    }

    @Test
    void aShardedModelEqualsTheSingleFile() {
        try (var whole = open(Goldens.model("llama_a")).tensors();
                var sharded = open(Goldens.model("llama_a").resolve("sharded")).tensors()) {
            assertEquals(whole.types(), sharded.types());
            whole.types()
                    .keySet()
                    .forEach(name -> assertEquals(-1, whole.read(name).mismatch(sharded.read(name)), name));
        }
    }

    @Test
    void narrowFloatsAreWidenedToTheFloat32NearTheOriginal() {
        var path = Goldens.model("llama_a");
        // Half an ulp: bfloat16 keeps 8 bits of a fraction, float16 11.
        compareNarrow(path.resolve("model.bf16.safetensors"), Math.scalb(1.0, -8));
        compareNarrow(path.resolve("model.f16.safetensors"), Math.scalb(1.0, -11));
    }

    private static void compareNarrow(Path file, double relative) {
        try (var whole = open(file.getParent()).tensors();
                var narrow = open(file).tensors()) {
            assertEquals(whole.types(), narrow.types());
            for (String name : whole.types().keySet()) {
                float[] wanted = whole.read(name).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
                float[] got = narrow.read(name).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
                for (int i = 0; i < wanted.length; i++) {
                    // 2^-25 is half of float16's smallest step near zero.
                    assertEquals(wanted[i], got[i], Math.abs(wanted[i]) * relative + Math.scalb(1.0, -25), name);
                }
            }
        }
    }

    @Test
    void aTokenizerInTheFolderIsNamed() throws IOException {
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(Goldens.model("llama_a").resolve(file), folder.resolve(file));
        }
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        var model = open(folder);
        assertEquals(
                Map.of(
                        "name",
                        "huggingface",
                        "path",
                        folder.resolve("tokenizer.json").toString()),
                model.tokenizer());
        model.tensors().close();
    }
}
