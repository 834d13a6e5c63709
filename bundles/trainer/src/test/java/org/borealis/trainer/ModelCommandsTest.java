package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.borealis.checkpoint.CheckpointFormat;
import org.borealis.checkpoint.Checkpoints;
import org.borealis.checkpoints.DiskCheckpoints;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.decode.GenerateCommand;
import org.borealis.trainer.evaluate.EvaluateCommand;
import org.borealis.trainer.fakes.ArrayCorpus;
import org.borealis.trainer.fakes.ForeignTensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that use what a run has left. */
class ModelCommandsTest {
    @TempDir
    Path runs;

    private Workshop workshop;

    @BeforeEach
    void train() {
        workshop = new Workshop(runs);
        workshop.train(Map.of("name", "mine", "sample.prompt", "abc"));
    }

    private List<Map.Entry<Map<String, Object>, CheckpointFormat>> formats() {
        CheckpointFormat format = path -> new CheckpointFormat.ForeignModel(
                "fake",
                Map.of("vocabulary", 128),
                new ForeignTensors(checkpoints().open(path)),
                Map.of());
        return List.of(Map.entry(Map.of(CheckpointFormat.NAME, "fake"), format));
    }

    private static Checkpoints checkpoints() {
        return new DiskCheckpoints();
    }

    private String evaluate(String... arguments) throws Exception {
        return output(new EvaluateCommand(workshop.engine(), formats()), arguments);
    }

    private String generate(String... arguments) throws Exception {
        return output(new GenerateCommand(workshop.engine(), formats()), arguments);
    }

    private static String output(Callable<Integer> command, String... arguments) throws Exception {
        new CommandLine(command).parseArgs(arguments);
        var before = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, command.call());
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static double loss(String json) {
        var match = Pattern.compile("\"loss\":([^,]+),").matcher(json);
        assertTrue(match.find(), json);
        return Double.parseDouble(match.group(1));
    }

    @Test
    void generateContinuesThePromptAndRepeatsItselfForASeed() throws Exception {
        var arguments = new String[] {
            "--checkpoint", runs.resolve("mine").toString(), "--prompt", "abc", "--tokens", "5", "--backend", "fake"
        };
        var text = generate(arguments);
        assertTrue(text.startsWith("abc"), text);
        assertEquals("abc12345".length() + System.lineSeparator().length(), text.length(), text);
        assertEquals(text, generate(arguments));
    }

    @Test
    void generateSaysWhenThePromptIsTooLong() {
        var refused = assertThrows(
                BorealisException.class,
                () -> generate("--checkpoint", runs.resolve("mine").toString(), "--prompt", "123456789"));
        assertEquals("prompt-length", refused.code());
    }

    @Test
    void evaluateAgreesWithTheRunsOwnEvaluation() throws Exception {
        // One document that is exactly what the run held out: 5 windows of 8.
        var all = new int[400];
        workshop.corpora.corpus.read(0, all, 0, 400);
        var heldOut = Arrays.copyOfRange(all, 380, 400);
        workshop.corpora.corpus = new ArrayCorpus(List.of(Arrays.copyOf(heldOut, 17)), "held out");
        var json = evaluate("--checkpoint", runs.resolve("mine").toString(), "--corpus", "c", "--json");
        assertEquals(workshop.evaluations("mine").getLast(), loss(json), 1e-5); // float32, other batches
        assertTrue(json.contains("\"tokens\":16,\"documents\":1"), json);
    }

    @Test
    void shorterWindowsPredictAsManyTokensWithLessToGoBy() throws Exception {
        var whole = evaluate("--checkpoint", runs.resolve("mine").toString(), "--corpus", "c", "--json");
        var cut =
                evaluate("--checkpoint", runs.resolve("mine").toString(), "--corpus", "c", "--json", "--sequence", "3");
        assertTrue(whole.contains("\"tokens\":397,\"documents\":3"), whole);
        assertTrue(cut.contains("\"tokens\":397,\"documents\":3"), cut);
        assertTrue(loss(cut) != loss(whole), cut);
    }

    @Test
    void aForeignCheckpointInHalfPrecisionGivesNearlyTheSameLoss() throws Exception {
        var folder = runs.resolve("mine").resolve("checkpoints").resolve("step-000020");
        var own = evaluate("--checkpoint", folder.toString(), "--corpus", "c", "--json");
        var foreign = evaluate("--checkpoint", "fake:" + folder, "--corpus", "c", "--json", "--backend", "fake");
        assertEquals(loss(own), loss(foreign), 2e-2); // bfloat16 keeps 8 bits
        assertTrue(loss(own) != loss(foreign));
    }

    @Test
    void parametersInSixteenBitsAreEvaluatedAndWrittenFromAsTheyAre() throws Exception {
        workshop.train(Map.of("name", "brain", "precision", "bfloat16", "gradients", "bfloat16"));
        var brain = runs.resolve("brain").toString();
        var wide = evaluate("--checkpoint", runs.resolve("mine").toString(), "--corpus", "c", "--json");
        assertEquals(loss(wide), loss(evaluate("--checkpoint", brain, "--corpus", "c", "--json")), 2e-2);
        var text = generate("--checkpoint", brain, "--prompt", "abc", "--tokens", "5");
        assertTrue(text.startsWith("abc"), text);
    }

    @Test
    void aCheckpointThatIsNowhereIsNamed() {
        var refused =
                assertThrows(BorealisException.class, () -> evaluate("--checkpoint", "gguf:nowhere", "--corpus", "c"));
        assertTrue(refused.getMessage().contains("'gguf'; installed are [fake]"), refused.getMessage());
    }
}
