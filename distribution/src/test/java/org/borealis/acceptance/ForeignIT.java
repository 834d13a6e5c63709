package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.format.huggingface.HuggingFaceFormat;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.Goldens.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of transformers: the losses that transformers computed, and text as full forward passes would write it. */
@Timeout(300)
class ForeignIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Float32 against transformers' float64. */
    private static final double FLOAT32 = 1e-5;

    private static final int WRITTEN = 20;
    /** One of each family; GoldenModelsTest has all. */
    private static final List<String> MODELS = List.of("llama_a", "gpt2_a");

    @TempDir
    Path folder;

    private Workplace work;

    @BeforeEach
    void settle() throws Exception {
        work = new Workplace(folder);
    }

    private static List<Golden> models() {
        var models = Goldens.of(
                        "golden.json", json -> json.at("/f64/token_logps").isArray())
                .stream()
                .filter(golden -> MODELS.contains(golden.json().get("name").asText()))
                .toList();
        assertEquals(MODELS.size(), models.size());
        return models;
    }

    @TestFactory
    Stream<DynamicTest> evaluationAgreesWithTransformers() {
        return models().stream()
                .map(golden -> DynamicTest.dynamicTest(golden.json().get("name").asText(), () -> assertLossOf(golden)));
    }

    private void assertLossOf(Golden golden) throws Exception {
        var name = golden.json().get("name").asText();
        TokenFiles.write(work.path(name), documents(golden));
        var logps = Goldens.numbers(golden.json().at("/f64/token_logps"));
        var evaluated = JSON.readTree(work.borealis(
                        "evaluate",
                        "--checkpoint",
                        "huggingface:" + golden.file().toAbsolutePath().getParent(),
                        "--corpus",
                        name,
                        "--json")
                .succeeded()
                .out());
        double wanted = -Arrays.stream(logps).average().orElseThrow();
        assertEquals(wanted, evaluated.get("loss").asDouble(), FLOAT32 * wanted);
        assertEquals(logps.length, evaluated.get("tokens").asInt());
        assertEquals(
                golden.json().get("input_ids").size(),
                evaluated.get("documents").asInt());
    }

    private static List<int[]> documents(Golden golden) {
        var documents = new ArrayList<int[]>();
        golden.json().get("input_ids").forEach(row -> documents.add(ids(row)));
        return documents;
    }

    private static int[] ids(com.fasterxml.jackson.databind.JsonNode row) {
        return Arrays.stream(Goldens.numbers(row)).mapToInt(id -> (int) id).toArray();
    }

    @Test
    void textAtTemperatureZeroIsTheChainOfLikeliestTokens() throws Exception {
        for (var golden : models()) {
            var name = golden.json().get("name").asText();
            var prompt = documents(golden).getFirst();
            var model = withWordTokenizer(golden);
            var text = generate(model, prompt);
            try (var forward = new FullForward(new HuggingFaceFormat().open(model))) {
                assertEquals(words(forward.likeliest(prompt, WRITTEN)), text.strip(), name);
            }
            assertEquals(text, generate(model, prompt), "it is the same each time");
        }
    }

    private String generate(Path model, int[] prompt) throws Exception {
        return work.borealis(
                        "generate",
                        "--checkpoint",
                        "huggingface:" + model,
                        "--prompt",
                        words(prompt),
                        "--temperature",
                        "0",
                        "--tokens",
                        Integer.toString(WRITTEN))
                .succeeded()
                .out();
    }

    private static String words(int[] ids) {
        return IntStream.of(ids).mapToObj(id -> "w" + id).collect(Collectors.joining(" "));
    }

    /** The goldens bring no tokenizer; here every id is a word, such as w17. */
    private Path withWordTokenizer(Golden golden) throws Exception {
        var model = Files.createDirectory(work.path(golden.json().get("name").asText() + "-words"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(golden.file().resolveSibling(file), model.resolve(file));
        }
        int size = golden.json().at("/config/vocab_size").asInt();
        assertTrue(size > 0);
        var vocabulary = new LinkedHashMap<String, Integer>();
        for (int id = 0; id < size; id++) {
            vocabulary.put("w" + id, id);
        }
        Files.writeString(model.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                 "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "unk_token": "w0", "vocab": %s}}
                """.formatted(JSON.writeValueAsString(vocabulary)));
        return model;
    }
}
