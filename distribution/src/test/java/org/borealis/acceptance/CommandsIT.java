package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands around training. */
@Timeout(300)
class CommandsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Workplace work;

    @BeforeEach
    void settle() throws Exception {
        work = new Workplace(folder);
    }

    @Test
    void textBecomesTokensOfWholeDocumentsInOrder() throws Exception {
        Files.writeString(work.path("one.txt"), "Größe");
        try (var out = new GZIPOutputStream(Files.newOutputStream(work.path("two.jsonl.gz")))) {
            out.write("{\"text\": \"a\\nb\", \"id\": 1}\n{\"text\": \"é\"}\n".getBytes(StandardCharsets.UTF_8));
        }
        var prepared = json("prepare", "one.txt", "two.jsonl.gz", "--output", "both", "--json");
        assertEquals(3, prepared.get("documents").asInt());
        var wanted = new ArrayList<Integer>();
        for (String document : List.of("Größe", "a\nb", "é")) {
            for (byte each : document.getBytes(StandardCharsets.UTF_8)) {
                wanted.add(Byte.toUnsignedInt(each));
            }
            wanted.add(256);
        }
        assertEquals(wanted.size(), prepared.get("tokens").asInt());
        var bin = ByteBuffer.wrap(Files.readAllBytes(work.path("both.bin"))).order(ByteOrder.LITTLE_ENDIAN);
        var tokens = new ArrayList<Integer>();
        while (bin.hasRemaining()) {
            tokens.add(Short.toUnsignedInt(bin.getShort()));
        }
        assertEquals(wanted, tokens);
        assertEquals(34 + 12 * 3 + 8 * 4, Files.size(work.path("both.idx")));

        var again = work.borealis("prepare", "one.txt", "--output", "both");
        assertEquals(1, again.code());
        assertTrue(again.err().contains("the corpus both is there already. Replace it with --force"), again.err());
    }

    @Test
    void aLearnedVocabularyTrainsAndWrites() throws Exception {
        work.borealis(
                        "prepare",
                        "text.txt",
                        "--output",
                        "learned",
                        "--train-tokenizer",
                        "bpe.json",
                        "--vocabulary",
                        "512")
                .succeeded();
        work.train(
                        "learned",
                        "tokenizer.name=huggingface",
                        "tokenizer.path=bpe.json",
                        "data.text=[]",
                        "data.corpus=learned",
                        "sample.prompt=It is",
                        "sample.tokens=5",
                        "steps=3")
                .succeeded();
        var sample = work.run("learned").events("sample").getFirst();
        assertTrue(sample.get("text").asText().startsWith("It is"), sample::toString);
        Files.delete(work.path("bpe.json")); // a checkpoint keeps a copy
        String[] line = {
            "generate",
            "--checkpoint",
            "runs/learned",
            "--prompt",
            "Emma",
            "--tokens",
            "8",
            "--seed",
            "5",
            "--top-k",
            "40"
        };
        var text = work.borealis(line).succeeded().out();
        assertTrue(text.startsWith("Emma") && text.length() > 6, text);
        assertEquals(text, work.borealis(line).out(), "the same seed, the same text");
    }

    @Test
    void pluginsAreListedAndDescribed() throws Exception {
        var names = new ArrayList<String>();
        json("plugins", "list", "--json")
                .forEach(each -> names.add(
                        each.get("kind").asText() + " " + each.get("name").asText()));
        assertTrue(
                names.containsAll(List.of(
                        "backend torch",
                        "backend reference",
                        "model gpt",
                        "model llama",
                        "optimizer adam",
                        "optimizer adamw",
                        "optimizer sgd",
                        "schedule constant",
                        "schedule linear",
                        "schedule cosine",
                        "tokenizer bytes",
                        "tokenizer huggingface",
                        "format huggingface")),
                names::toString);
        var described = json("plugins", "describe", "cosine", "--json").get(0).get("settings");
        var keys = new ArrayList<String>();
        described.forEach(setting -> keys.add(setting.get("key").asText()));
        assertEquals(List.of("warmup", "initial", "final", "end", "cycles", "unit", "warmupUnit"), keys);
    }

    @Test
    void theDoctorFindsThisMachineFit() throws Exception {
        var findings = json("doctor", "--json");
        assertTrue(findings.get("problems").isEmpty(), findings::toString);
        assertTrue(findings.at("/backends/torch").asText().startsWith("works: "), findings::toString);
        assertTrue(findings.at("/backends/reference").asText().startsWith("works: "), findings::toString);
    }

    @Test
    void everyCommandHelps() throws Exception {
        for (String command : List.of("train", "prepare", "generate", "evaluate", "checkpoint")) {
            var help = work.borealis(command, "--help").succeeded().out();
            assertTrue(help.contains("Usage: borealis " + command), help);
            assertTrue(help.contains("Example") && help.contains("Exit codes"), help);
        }
    }

    private JsonNode json(String... line) throws Exception {
        return JSON.readTree(work.borealis(line).succeeded().out());
    }
}
