package org.borealis.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunReportTest {
    @TempDir
    Path runs;

    private RunReport report(String noise) throws Exception {
        var folder = Files.createDirectories(runs.resolve("mine"));
        Files.writeString(RunEvents.file(folder), """
                {"event":"start","step":0,"plugins":{"optimizer":"org.example.lion 1.0.0"}}
                {"event":"step","step":1,"loss":5.5,"tokens":64,"sequences":4,"seconds":2.0}
                {"event":"step","step":2,"loss":5.25,"tokens":192,"sequences":8,"seconds":4.0%s}
                {"event":"evaluation","step":2,"loss":5.125}
                {"event":"end","step":2,"reason":"finished"}
                """.formatted(noise));
        return RunReport.of(folder);
    }

    @Test
    void aRunIsToldInLines() throws Exception {
        var text = report(",\"noiseScale\":24.0").text();
        for (var words : new String[] {
            "run           mine, finished",
            "steps         2 of 192 tokens, in 0:00:04, 48 tokens/s",
            "loss          5.5000 at step 1, 5.2500 at the last, held out 5.1250",
            "batch         8 sequences of 16 tokens",
            "optimizer     org.example.lion 1.0.0",
            "noise scale   24.0 sequences, 384 tokens",
            "8             x 1.00        x 1.00  as it is",
            "32            x 0.438       x 1.75"
        }) {
            assertTrue(text.contains(words), words + " is missing in\n" + text);
        }
    }

    @Test
    void whatWasNotMeasuredIsSaidSo() throws Exception {
        assertTrue(report("").text().contains("noise scale   not known: it is measured between the batches of a step"));
    }

    @Test
    void stepsAndDataOfABatchObeyTheLawOfMcCandlish() {
        double noise = 100;
        for (var choice : BatchChoice.around(16, noise)) {
            double steps = choice.steps() * (1 + noise / 16); // over the fewest
            double data = choice.data() * (1 + 16 / noise); // over the least
            assertEquals(1, (steps - 1) * (data - 1), 1e-12, "equation 2.11, of " + choice);
        }
        assertEquals(2, BatchChoice.around(16, noise).getFirst().sequences());
        assertEquals(256, BatchChoice.around(16, noise).getLast().sequences());
    }

    @Test
    void batchesAreWholeAndThePresentOneIsAmongThem() {
        assertEquals(
                List.of(3.0, 6.0, 12.0, 24.0),
                BatchChoice.around(12, 10).stream().map(BatchChoice::sequences).toList());
    }

    @Test
    void aRunThatIsNotThereIsAnErrorWithThePlaceLookedAt() {
        var command = new ReportCommand();
        command.run = "absent";
        command.runs = runs;
        var refused = assertThrows(BorealisException.class, command::call);
        assertTrue(
                Stream.of("no run 'absent'", runs.toString(), "--runs DIR")
                        .allMatch(word -> String.valueOf(refused.getMessage()).contains(word)),
                refused.getMessage());
    }

    @Test
    void thePageHasThePlotAndTheLines() throws Exception {
        report(",\"noiseScale\":24.0");
        var command = new ReportCommand();
        command.run = "mine";
        command.runs = runs;
        command.call();
        var page = Files.readString(runs.resolve("mine").resolve("report.html"));
        assertTrue(page.contains("<polyline") && page.contains("noise scale   24.0 sequences"), page);
        assertEquals(24.0, RunReport.of(runs.resolve("mine")).values().get("noiseScale"));
        assertEquals(
                Map.of("optimizer", "org.example.lion 1.0.0"),
                RunReport.of(runs.resolve("mine")).values().get("plugins"));
    }
}
