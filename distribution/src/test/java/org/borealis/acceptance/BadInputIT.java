package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.borealis.acceptance.Workplace.Ended;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is said once and clearly, ends with a code that is not 0, and leaves nothing half-written. */
@Timeout(300)
class BadInputIT {
    @TempDir
    static Path folder;

    private static Workplace work;

    @BeforeAll
    static void trainSomething() throws Exception {
        work = new Workplace(folder);
        work.train("good").succeeded();
        Files.writeString(work.path("broken.json"), "{\"model\": ");
        TokenFiles.write(work.path("cut"), List.of(new int[500], new int[500]));
        TokenFiles.cut(work.path("cut.bin"), 700);
        var foreign = new int[2000];
        Arrays.fill(foreign, 5000);
        TokenFiles.write(work.path("foreign"), List.of(foreign));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "optimizer.rte=1      | optimizer 'adamw' has no setting 'rte'; did you mean 'rate'? Its settings: rate,",
                "optimzer=adamw       | a recipe has no key 'optimzer'; did you mean 'optimizer'? Its keys: backend,",
                "steps=many           | 'steps' must be a whole number of at least 1 (Optimizer steps",
                "schedule.final=1.5   | 'schedule.final' must be a number from 0 to 1 (Factor",
                "model.layers=0       | 'model.layers' must be a whole number of at least 1 (Number of layers",
                "optimizer=adamv      | no optimizer 'adamv' is installed; did you mean 'adam'? Installed: ada",
                "steps                | 'steps' is not of the form key=value, such as",
                "name=../elsewhere    | letters, digits, '.', '_' and '-'",
                "data.text=lost.txt   | lost.txt",
                "model.vocabulary=100 | model.vocabulary is 100, but tokenizer 'bytes' has 257 tokens",
            })
    void aWrongSettingIsRefusedBeforeAnythingIsWritten(String setting, String words) throws Exception {
        assertRefused(List.of(words), "train", "tiny.yaml", "--set", "name=bad", "--set", setting);
    }

    @Test
    void aMissingCorpusIsNamed() throws Exception {
        assertCorpusRefused("nowhere/corpus", "there is no corpus file", "nowhere/corpus", "borealis prepare");
    }

    @Test
    void aTruncatedCorpusIsNamedWithWhereItEnds() throws Exception {
        assertCorpusRefused("cut", "cut.idx", "ends at byte 1000", "has only 700 bytes", "borealis prepare");
    }

    @Test
    void aCorpusOfAnotherVocabularyIsRefused() throws Exception {
        var ended = work.train("foreign", "data.text=[]", "data.corpus=foreign");
        assertMessage(ended, List.of("id 5000", "vocabulary is 320", "another tokenizer"));
        assertEquals(List.of(), work.run("foreign").checkpoints());
    }

    private static void assertCorpusRefused(String corpus, String... words) throws Exception {
        assertRefused(
                List.of(words),
                "train",
                "tiny.yaml",
                "--set",
                "name=bad",
                "--set",
                "data.text=[]",
                "--set",
                "data.corpus=" + corpus);
    }

    @Test
    void anUnreadableTokenizerIsNamed() throws Exception {
        assertRefused(
                List.of("broken.json can't be read: line 1", "Wanted is a tokenizer.json", "'tokenizer.path'"),
                "train",
                "tiny.yaml",
                "--set",
                "name=bad",
                "--set",
                "tokenizer=huggingface",
                "--set",
                "tokenizer.path=broken.json");
    }

    @Test
    void anUnreadableTextLeavesNoCorpus() throws Exception {
        Files.writeString(work.path("broken.jsonl"), "{\"text\": \"fine\"}\n{\"text\": \n");
        assertRefused(List.of("broken.jsonl", "line 2"), "prepare", "broken.jsonl", "--output", "broken");
    }

    @Test
    void anAlteredCheckpointIsNotUsed() throws Exception {
        work.run("good").copyTo(work.run("altered"));
        for (long step : new long[] {10, 12}) {
            TokenFiles.flipBitInTheMiddle(work.run("altered").checkpoint(step).resolve("state-00001.safetensors"));
        }
        var broken = List.of("step-000012", "state-00001.safetensors is altered", "SHA-256");
        assertRefused(broken, "generate", "--checkpoint", "runs/altered", "--prompt", "It");
        assertRefused(broken, "evaluate", "--checkpoint", "runs/altered", "--corpus", "foreign");
        assertRefused(
                List.of("no checkpoint in runs/altered/checkpoints is whole", "--fresh"),
                "train",
                "tiny.yaml",
                "--set",
                "name=altered",
                "--set",
                "steps=14");
        var verified = work.borealis("checkpoint", "verify", "runs/altered");
        assertEquals(1, verified.code());
        assertEquals(2, verified.out().lines().count(), verified.out());
    }

    @Test
    void anAlteredCheckpointIsSkippedWhereAnOlderOneIsWhole() throws Exception {
        work.run("good").copyTo(work.run("skipping"));
        TokenFiles.flipBitInTheMiddle(work.run("skipping").checkpoint(12).resolve("state-00001.safetensors"));
        var resumed = work.train("skipping").succeeded();
        assertTrue(
                resumed.out().contains("skipped the checkpoint runs/skipping/checkpoints/step-000012"), resumed.out());
        assertTrue(resumed.out().contains("resuming from step 10"), resumed.out());
        assertEquals(work.run("good").losses(), work.run("skipping").losses());
        work.run("skipping").assertSameTensors(work.run("good"), 12);
    }

    @Test
    void aSecondProcessOnARunIsRefused() throws Exception {
        var first = work.startTraining("busy", "steps=100000", "checkpoint.every=100000");
        first.awaitThat("a step", () -> !work.run("busy").events("step").isEmpty());
        try {
            var second = work.train("busy", "steps=100000", "checkpoint.every=100000");
            assertMessage(
                    second,
                    List.of(
                            "the run folder runs/busy is in use by process "
                                    + first.process().pid(),
                            "--set name="));
        } finally {
            first.process().destroyForcibly().waitFor();
        }
    }

    @Test
    void aFullDiskLosesNoCheckpointThatWasThere() throws Exception {
        var disk = Files.createDirectory(work.path("small"));
        var mounted = work.startAny(List.of("mount", "-t", "tmpfs", "-o", "size=2500k", "tmpfs", disk.toString()));
        boolean isMounted = mounted.process().waitFor() == 0;
        assumeTrue(isMounted, "a small disk can't be mounted here");
        try {
            var ended = work.borealis(
                    "train",
                    "tiny.yaml",
                    "--set",
                    "name=full",
                    "--runs",
                    "small",
                    "--set",
                    "data.corpus=runs/good/corpus/tokens");
            assertMessage(
                    ended,
                    List.of("small/full/checkpoints/step-000010 could not be saved", "No space left", "make room"));
            var run = new RunFiles(disk.resolve("full"));
            assertEquals(List.of("step-000005"), run.checkpoints(), "nothing half-written");
            work.borealis("checkpoint", "verify", "small/full").succeeded();
        } finally {
            work.startAny(List.of("umount", disk.toString())).process().waitFor();
        }
    }

    @Test
    void aFileThatMayNotGrowFurtherLeavesNothingUnfinished() throws Exception {
        var line = new ArrayList<>(List.of("sh", "-c", "ulimit -f 1000 && exec \"$0\" \"$@\"")); // 512 bytes each
        line.add(Workplace.HOME.resolve("bin/borealis").toString());
        line.addAll(Workplace.trainWords("limited"));
        var ended = work.startAny(line).await();
        assertMessage(ended, List.of("runs/limited/checkpoints/step-000005 could not be saved", "File too large"));
        assertEquals(List.of(), work.run("limited").checkpoints());
    }

    /** Refused with one message, and every file as it was. */
    private static void assertRefused(List<String> words, String... line) throws Exception {
        var before = work.contents().entrySet();
        var ended = work.borealis(line);
        assertMessage(ended, words);
        assertEquals("", ended.out());
        var changed = new TreeMap<>(work.contents());
        changed.entrySet().removeAll(before);
        assertEquals(Map.of(), changed);
    }

    private static void assertMessage(Ended ended, List<String> words) {
        assertNotEquals(0, ended.code(), ended::toString);
        assertTrue(ended.err().startsWith("borealis: "), ended::toString);
        assertEquals(1, ended.err().lines().count(), ended::toString);
        for (String word : words) {
            assertTrue(ended.err().contains(word), () -> "'" + word + "' is missing in: " + ended.err());
        }
        assertFalse(ended.err().contains("Exception"), ended::err);
    }
}
