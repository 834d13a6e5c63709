package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.borealis.acceptance.Workplace.Ended;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One small run on libtorch, and what can be done with it afterwards. */
@Timeout(300)
class TrainIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Float32 sums in another order, through twelve steps of AdamW. */
    private static final double FLOAT32 = 2e-5;

    @TempDir
    static Path folder;

    private static Workplace work;
    private static Ended trained;

    @BeforeAll
    static void train() throws Exception {
        work = new Workplace(folder);
        trained = work.train("tiny").succeeded();
    }

    @Test
    void theLossFallsAndEveryStepIsAnEvent() throws Exception {
        var steps = work.run("tiny").events("step");
        assertEquals(12, steps.size());
        for (int i = 0; i < 12; i++) {
            var step = steps.get(i);
            assertEquals(i + 1, step.get("step").asInt());
            assertEquals((i + 1) * 8 * 32, step.get("tokens").asLong(), "8 sequences of 32 tokens a step");
            for (String field : List.of("loss", "rate", "gradientNorm", "seconds")) {
                assertTrue(step.get(field).isNumber() && step.get(field).asDouble() > 0, () -> field + " in " + step);
            }
        }
        assertEquals(3e-3, steps.get(2).get("rate").asDouble(), 1e-12, "the warm-up ends at step 3");
        assertEquals(6e-4, steps.get(11).get("rate").asDouble(), 1e-12, "schedule.final is 0.2");
        double first = steps.getFirst().get("loss").asDouble();
        assertEquals(Math.log(320), first, 0.2, "an untrained model knows nothing of its 320 tokens");
        assertTrue(steps.getLast().get("loss").asDouble() < first - 1, steps::toString);
        assertEquals(
                List.of(5, 10, 12),
                work.run("tiny").events("evaluation").stream()
                        .map(event -> event.get("step").asInt())
                        .toList());
    }

    @Test
    void theRunFolderHoldsWhatIsPromised() throws Exception {
        var run = work.run("tiny");
        for (String name : List.of("recipe.resolved.yaml", "events.jsonl", "log.txt")) {
            assertTrue(Files.size(run.folder().resolve(name)) > 0, name);
        }
        assertEquals(List.of("step-000010", "step-000012"), run.checkpoints(), "checkpoint.keep is 2");
        var resolved = Files.readString(run.folder().resolve("recipe.resolved.yaml"));
        assertTrue(resolved.contains("final: 0.2") && resolved.contains("vocabulary: 320"), resolved);
        assertTrue(trained.err().isEmpty(), trained.err());
        assertTrue(trained.out().contains("step 12/12  loss"), trained.out());
        assertEquals(-1, trained.out().indexOf('\u001b'), "no terminal, no control characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "onednn"})
    void everyBackendGivesTheSameLosses(String backend) throws Exception {
        work.train(backend, "backend=" + backend).succeeded();
        var torch = work.run("tiny").losses();
        var other = work.run(backend).losses();
        assertEquals(torch.keySet(), other.keySet());
        torch.forEach((event, loss) -> {
            double wanted = Double.parseDouble(other.get(event));
            assertEquals(wanted, Double.parseDouble(loss), FLOAT32 * wanted, event);
        });
    }

    /** Both native backends in one process, too. */
    @Test
    void aSecondBackendChecksARunAndFindsNothing() throws Exception {
        work.train("checked", "check.against=onednn", "check.every=6").succeeded();
        var drifts = work.run("checked").events("drift");
        assertEquals(
                List.of(1, 6, 12),
                drifts.stream().map(event -> event.get("step").asInt()).toList());
        for (var drift : drifts) {
            assertEquals("onednn", drift.get("against").asText());
            drift.get("worst").forEach(worst -> assertTrue(worst.asDouble() < FLOAT32, drift::toString));
        }
        assertEquals(work.run("tiny").losses(), work.run("checked").losses(), "a check changes nothing");
    }

    @Test
    void aFinishedRunIsTrainedNoFurther() throws Exception {
        var before = work.run("tiny").losses();
        var again = work.train("tiny").succeeded();
        assertTrue(again.out().contains("has done its 12 steps. To train on: --set steps=24"), again.out());
        assertEquals(before, work.run("tiny").losses());
    }

    @Test
    void aRunTellsWhatItNeedsWithoutBeginning() throws Exception {
        var before = work.contents();
        var dry = work.borealis("train", "tiny.yaml", "--set", "name=dry", "--dry-run")
                .succeeded();
        assertTrue(dry.out().contains("workspace") && dry.out().contains("parameters"), dry.out());
        assertEquals(before, work.contents());
    }

    @Test
    void whatIsComputedAgainIsTheSameBitForBit() throws Exception {
        var wanted = work.run("tiny").losses();
        for (String setting : List.of("rematerialise=selective", "rematerialise=full", "rematerialise={every: 2}")) {
            String name = "again-" + setting.replaceAll("\\W", "");
            work.train(name, setting).succeeded();
            assertEquals(wanted, work.run(name).losses(), setting);
        }
    }

    @Test
    void aModelFarTooLargeIsPlannedAndRefusedBeforeMemoryIsTaken() throws Exception {
        String huge = "model={family: llama, layers: 8, hidden: 32768, heads: 256, keyValueHeads: 8, "
                + "feedForward: 114688, sequence: 4096}";
        var dry =
                work.borealis("train", "tiny.yaml", "--set", huge, "--dry-run").succeeded();
        assertTrue(dry.out().contains("does not fit; parameters, gradients and optimizer alone take "), dry.out());
        var refused = work.train("huge", huge);
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("parameters, gradients and optimizer alone take "), refused.err());
    }

    @Test
    void whatADryRunAdvisesDoesFit() throws Exception {
        String model = "model={family: llama, layers: 4, hidden: 64, heads: 4, sequence: 64, vocabulary: 320}";
        long mebibytes = (total(model, "backend=reference", "rematerialise=full") >> 20) + 2;
        String backend = "backend={name: reference, memoryMebibytes: " + mebibytes + "}";
        var refused = work.train("narrow", model, backend, "steps=1", "batch.micro=8");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("add --set rematerialise=full: "), refused.err());
        work.train("narrow", model, backend, "steps=1", "batch.micro=8", "rematerialise=full")
                .succeeded();
    }

    /** Bytes that a run of micro-batches of 8 would take. */
    private static long total(String... settings) throws Exception {
        var words = new ArrayList<>(List.of("train", "tiny.yaml", "--dry-run", "--json", "--set", "batch.micro=8"));
        for (String setting : settings) {
            words.addAll(List.of("--set", setting));
        }
        var dry = work.borealis(words.toArray(String[]::new)).succeeded();
        return JSON.readTree(dry.out()).at("/memory/total").asLong();
    }

    @Test
    void checkpointsAreListedAndVerified() throws Exception {
        var listed = JSON.readTree(work.borealis("checkpoint", "list", "tiny", "--json")
                .succeeded()
                .out());
        assertEquals(
                List.of(10, 12),
                List.of(listed.at("/0/step").asInt(), listed.at("/1/step").asInt()));
        var verified = work.borealis("checkpoint", "verify", "runs/tiny").succeeded();
        assertTrue(verified.out().contains("whole"), verified.out());
    }

    @Test
    void evaluationReadsWholeDocuments() throws Exception {
        Files.writeString(work.path("one.txt"), "It is a truth universally acknowledged, that a single man");
        work.borealis("prepare", "one.txt", "--output", "one").succeeded();
        var evaluated = evaluate("runs/tiny", "one");
        assertEquals(1, evaluated.get("documents").asInt());
        // 57 bytes and the end of the text, the first of which is not predicted.
        assertEquals(57, evaluated.get("tokens").asInt());
        double loss = evaluated.get("loss").asDouble();
        assertTrue(loss > 2 && loss < 5.5, evaluated::toString);
        assertEquals(Math.exp(loss), evaluated.get("perplexity").asDouble(), 1e-6 * Math.exp(loss));
        assertEquals(
                loss,
                evaluate("runs/tiny/checkpoints/step-000012", "one").get("loss").asDouble());
    }

    private static JsonNode evaluate(String checkpoint, String corpus) throws Exception {
        return JSON.readTree(work.borealis("evaluate", "--checkpoint", checkpoint, "--corpus", corpus, "--json")
                .succeeded()
                .out());
    }
}
