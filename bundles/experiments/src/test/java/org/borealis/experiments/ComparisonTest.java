package org.borealis.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ComparisonTest {
    @TempDir
    Path folder;

    /** A run of 20 steps whose loss falls to a little above this. */
    private Path run(String name, double loss, String end) throws Exception {
        var run = Files.createDirectories(folder.resolve(name));
        var lines = new StringBuilder();
        for (int step = 1; step <= 20; step++) {
            lines.append("{\"event\":\"step\",\"step\":%d,\"loss\":%s,\"seconds\":%d,\"tokens\":%d}\n"
                    .formatted(step, loss + 1.0 / step, step, 100 * step));
        }
        Files.writeString(run.resolve("events.jsonl"), lines + end);
        return run;
    }

    @Test
    void aCurveHasWhatTheEventsSay() throws Exception {
        var curve = Curve.read(
                run(
                        "a",
                        2,
                        "{\"event\":\"evaluation\",\"step\":20,\"loss\":2.5}\n{\"event\":\"end\",\"step\":20,\"reason\":\"finished\"}\n{\"eve"));
        assertEquals(20, curve.training().size());
        assertEquals(2.5, curve.result().orElseThrow());
        assertTrue(curve.isFinished());
        assertEquals(5, curve.smooth(5).size());
        assertEquals(
                2 + (1 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 4,
                curve.smooth(5).getFirst().loss(),
                1e-12);
    }

    @Test
    void aRunThatGoesOnIsNotFinishedAndOneThatIsNotThereHasNoPoints() throws Exception {
        var end =
                "{\"event\":\"end\",\"step\":20,\"reason\":\"finished\"}\n{\"event\":\"step\",\"step\":21,\"loss\":1}\n";
        assertFalse(Curve.read(run("a", 2, end)).isFinished());
        assertTrue(Curve.read(folder.resolve("none")).result().isEmpty());
    }

    @Test
    void theBestRunIsFirstAndFilesAreWellFormed() throws Exception {
        var comparison = new Comparison(
                "rates <&> seeds",
                List.of(
                        new Comparison.Row("worse", Map.of("seed", "1"), Curve.read(run("worse", 3, ""))),
                        new Comparison.Row("none", Map.of("seed", "[2, 3]"), Curve.read(folder.resolve("none"))),
                        new Comparison.Row("better", Map.of("rate", "0.1"), Curve.read(run("better", 2, "")))));
        var lines = comparison.table().lines().toList();
        assertTrue(lines.get(1).startsWith("better"), lines::toString);
        assertTrue(lines.get(3).startsWith("none"), lines::toString);
        comparison.write(folder);
        assertEquals(
                "none,\"[2, 3]\",,,,0,,not begun",
                Files.readAllLines(folder.resolve("comparison.csv")).getLast());
        var svg = Files.readString(folder.resolve("loss.svg"));
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertEquals(3, document.getElementsByTagName("polyline").getLength());
        var html = Files.readString(folder.resolve("comparison.html"));
        assertTrue(html.contains("rates &lt;&amp;&gt; seeds") && html.contains("<svg"), html);
    }
}
