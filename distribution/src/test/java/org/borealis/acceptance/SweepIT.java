package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Variants of a recipe, trained and shown beside each other, and a rate that is found by trying. */
@Timeout(300)
class SweepIT {
    @TempDir
    Path folder;

    @Test
    void aRateIsFoundByTrying() throws Exception {
        var work = new Workplace(folder);
        var found = work.borealis("tune", "rate", "tiny.yaml", "--steps", "30", "--set", "model.layers=1")
                .succeeded();
        var last = found.lastLine();
        assertTrue(last.startsWith("--set optimizer.rate="), found::toString);
        double rate = Double.parseDouble(last.substring(last.indexOf('=') + 1));
        assertTrue(rate > 1e-6 && rate < 1, found::toString);
        assertTrue(Files.readString(work.path("runs/tiny-rates/rates.svg")).contains("<polyline"));
        var wrong = work.borealis("tune", "rate", "tiny.yaml", "--from", "1", "--to", "0.1");
        assertEquals(1, wrong.code());
        assertTrue(wrong.err().contains("--from has to be above 0 and --to above that; got 1.0 and 0.1"), wrong::err);
    }

    @Test
    void theShippedSweepHasEveryOptimizerAndIsRight() throws Exception {
        var work = new Workplace(folder);
        var sweep = Path.of(System.getProperty("borealis.home"), "sweeps", "optimizers.yaml");
        var dry =
                work.borealis("sweep", sweep.toString(), "--dry-run", "--json").succeeded();
        var tried = new TreeSet<String>();
        for (var trial : new ObjectMapper().readTree(dry.out())) {
            tried.add(trial.get("settings").get("optimizer").asText().replaceAll("\\{name: ([^,}]*).*", "$1"));
        }
        var installed = new TreeSet<String>();
        for (var plugin : new ObjectMapper()
                .readTree(work.borealis("plugins", "list", "--json").succeeded().out())) {
            if (plugin.get("kind").asText().equals("optimizer")) {
                installed.add(plugin.get("name").asText());
            }
        }
        assertEquals(installed, tried);
    }

    @Test
    void trialsAreTrainedComparedAndNotTrainedAgain() throws Exception {
        var work = new Workplace(folder);
        Files.writeString(work.path("sweep.yaml"), """
                name: lab
                recipe: tiny.yaml
                set: {steps: 4, evaluate.every: 2, schedule: constant, model.layers: 1}
                grid: {optimizer: [lion, schedule-free-adamw]}
                list:
                  - {optimizer: {name: adamw, groups: [{match: "*.norm.*", weightDecay: 0}, {match: "*.down.*", name: sgd}]}}
                  - {optimizer.rate: -1}
                """);
        var dry = work.borealis("sweep", "sweep.yaml", "--dry-run");
        assertEquals(1, dry.code(), dry::toString);
        assertTrue(dry.err().contains("trial 002_-1: ") && dry.err().contains("'optimizer.rate' must be"), dry::err);
        var first = work.borealis("sweep", "sweep.yaml");
        assertEquals(1, first.code(), first::toString);
        assertTrue(first.err().contains("'optimizer.rate' must be"), first::err);
        var lines = first.out().lines().toList();
        assertEquals(5, lines.size(), first::out);
        assertTrue(lines.getLast().startsWith("002_-1"), first::out);
        assertTrue(lines.subList(1, 4).stream().allMatch(line -> line.endsWith("finished")), first::out);
        var sweep = work.path("runs/lab");
        assertTrue(Files.readString(sweep.resolve("comparison.html")).contains("<svg"));

        var before = Files.getLastModifiedTime(sweep.resolve("003_lion/checkpoints"));
        var again = work.borealis("sweep", "sweep.yaml", "--json");
        var best = new ObjectMapper().readTree(again.out()).get(0);
        assertTrue(best.get("finished").asBoolean() && best.get("loss").asDouble() < 6, best::toString);
        assertEquals(before, Files.getLastModifiedTime(sweep.resolve("003_lion/checkpoints")));
    }
}
