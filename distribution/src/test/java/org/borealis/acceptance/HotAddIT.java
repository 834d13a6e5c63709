package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.borealis.acceptance.Workplace.Running;
import org.borealis.checkpoints.DiskCheckpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An optimizer that was not there when the container started comes, trains, goes, comes back, and is replaced by a newer version. */
@Timeout(300)
class HotAddIT {
    private static final Path SIGNUM = Path.of("src/test/resources/plugins/Signum.java");
    private static final String[] SETTINGS = {
        "optimizer.name=signum",
        "optimizer.rate=1e-3",
        "missing=wait",
        "steps=100000",
        "checkpoint.every=0",
        "evaluate.every=0"
    };

    @TempDir
    Path folder;

    @Test
    void aWaitingRunTrainsWithWhatIsDroppedInTakesOverANewerVersionAndIsReplayed() throws Exception {
        var work = new Workplace(folder);
        var signum = DroppedJar.of(SIGNUM, "signum", folder);
        var running = work.startTraining("hot", SETTINGS);
        running.awaitWords("waiting for optimizer 'signum': drop its bundle into plugins/ (installed: ");

        long dropped = System.nanoTime();
        var jar = signum.into(work.plugins());
        awaitStep(running, work.run("hot"), 3);
        System.err.printf("3 steps %.1f s after the jar was dropped%n", (System.nanoTime() - dropped) / 1e9);

        dropWhatIsNotUsable(signum, work.plugins(), running);
        awaitStep(running, work.run("hot"), lastStep(work.run("hot")) + 3);

        Files.delete(jar);
        running.awaitWords("optimizer 'signum' was taken away");
        running.awaitThat(
                "it waits again", () -> running.said().split("waiting for optimizer 'signum'", -1).length == 3);
        int saved = lastStep(work.run("hot"));
        assertTrue(Files.exists(work.run("hot").checkpoint(saved)), () -> "no checkpoint of step " + saved);

        signum.into(work.plugins());
        running.awaitWords("resuming from step " + saved);
        awaitStep(running, work.run("hot"), saved + 3);

        changed("2.0.0", "\"momentum\", new", "\"speed\", new").into(work.plugins());
        running.awaitWords("/momentum is f32[");
        awaitStep(running, work.run("hot"), lastStep(work.run("hot")) + 3);
        changed("1.1.0", "direction.sign()", "direction.sign().times(0.5)").into(work.plugins());
        running.awaitWords(" is replaced by example.signum 1.1.0 (");
        awaitStep(running, work.run("hot"), lastStep(work.run("hot")) + 3);
        running.signal("TERM");
        var ended = running.await();
        assertEquals(130, ended.code(), ended::toString);
        assertFalse((ended.out() + ended.err()).contains("\tat "), ended::toString);

        int last = lastStep(work.run("hot"));
        assertLineage(work.run("hot"), last);
        var replayed = work.borealis("train", "--replay", "runs/hot").succeeded();
        assertEquals(
                last + " steps replayed: the losses are those of runs/hot, bit for bit",
                replayed.lastLine(),
                replayed::out);
        assertLineage(work.run("hot-replay"), last);
        assertEquals(work.run("hot").losses(), work.run("hot-replay").losses());
    }

    private DroppedJar changed(String version, String from, String to) throws Exception {
        var source = Files.readString(SIGNUM);
        assertTrue(source.contains(from), from);
        var folder = Files.createDirectories(this.folder.resolve(version));
        return DroppedJar.of(
                Files.writeString(folder.resolve("Signum.java"), source.replace(from, to)), "signum", version, folder);
    }

    /** Both that the run changed its optimizer once, and what its newest checkpoint says of that. */
    private static void assertLineage(RunFiles run, int last) throws Exception {
        var swap = run.events("swap");
        assertEquals(1, swap.size(), swap::toString);
        try (var checkpoint = new DiskCheckpoints().open(run.checkpoint(last))) {
            var lineage = (List<?>) checkpoint.metadata().get("lineage");
            assertEquals(2, lineage.size(), lineage::toString);
            assertEquals(swap.getFirst().get("step").asLong(), ((Map<?, ?>) lineage.getLast()).get("step"));
            assertTrue(optimizer(lineage.getFirst()).startsWith("example.signum 1.0.0 ("), lineage::toString);
            assertTrue(optimizer(lineage.getLast()).startsWith("example.signum 1.1.0 ("), lineage::toString);
        }
    }

    private static String optimizer(Object entry) {
        return ((Map<?, ?>) ((Map<?, ?>) entry).get("plugins")).get("optimizer").toString();
    }

    /** Each is refused in words, and the run goes on. */
    private static void dropWhatIsNotUsable(DroppedJar plugin, Path plugins, Running running) throws Exception {
        var imports = plugin.imports();
        plugin.with("future", "Import-Package", imports.replaceFirst("(train;version=\"\\[)[^\"]*", "$19,10)"))
                .into(plugins);
        plugin.with("lacking", "Import-Package", imports + ",com.example.absent")
                .into(plugins);
        plugin.with("throwing", "Bundle-Activator", "example.absent.Activator").into(plugins);
        var whole = Files.readAllBytes(plugin.jar());
        var cut = Files.write(plugins.resolve(".cut.part"), Arrays.copyOf(whole, whole.length / 2));
        Files.move(cut, plugins.resolve("cut.jar"));
        for (String words : List.of(
                "bundle example.future 1.0.0 is not usable: it needs the package org.borealis.train in a version"
                        + " from 9.0.0, below 10.0.0, and here it is 0.1.0; get a build of it for this version",
                "bundle example.lacking 1.0.0 is not usable: it needs the package com.example.absent, which no"
                        + " installed bundle has; install what brings it",
                "plug-in example.throwing 1.0.0 does not start: java.lang.ClassNotFoundException: ",
                "cut.jar is left out: it is no jar, or only a part of one")) {
            running.awaitWords(words);
        }
    }

    private static void awaitStep(Running running, RunFiles run, int step) throws Exception {
        running.awaitThat("step " + step, () -> lastStep(run) >= step);
    }

    private static int lastStep(RunFiles run) throws Exception {
        var steps = run.events("step");
        return steps.isEmpty() ? 0 : steps.getLast().get("step").asInt();
    }
}
