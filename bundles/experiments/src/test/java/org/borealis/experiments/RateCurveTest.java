package org.borealis.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RateCurveTest {
    @TempDir
    Path folder;

    /** A run in which a rate leads to a loss, at 200 rates from 1e-6 to 1. */
    private RateCurve curve(DoubleUnaryOperator loss) throws Exception {
        var lines = new StringBuilder();
        double before = 1e-6;
        for (int step = 1; step <= 200; step++) {
            double rate = Math.pow(10, -6 + 6.0 * step / 200);
            lines.append("{\"event\":\"step\",\"step\":%d,\"loss\":%s,\"rate\":%s}\n"
                    .formatted(step, loss.applyAsDouble(before), rate));
            before = rate;
        }
        Files.writeString(folder.resolve("events.jsonl"), lines);
        return RateCurve.of(Curve.read(folder));
    }

    @Test
    void theLossFallsFastestBeforeItIsLowestAndEndsBeyondRecovery() throws Exception {
        var curve = curve(rate -> 5 - 2 / (1 + Math.pow(1e-3 / rate, 2)) + 1000 * Math.pow(rate, 2));
        double steepest = curve.steepest().orElseThrow();
        double lowest = curve.lowest().orElseThrow();
        assertTrue(steepest > 5e-4 && steepest < 5e-3, "steepest at " + steepest);
        assertTrue(lowest > steepest && lowest < 0.1, "lowest at " + lowest);
        assertTrue(
                curve.points().getLast().step() < 1,
                "it ends at " + curve.points().getLast());
    }

    @Test
    void aLossThatOnlyRisesHasNoRateToTake() throws Exception {
        assertTrue(curve(rate -> 1 + rate).steepest().isEmpty());
    }

    @Test
    void ratesArePlottedByRatio() throws Exception {
        var points = List.of(new Curve.Point(1e-6, 1), new Curve.Point(1e-3, 2), new Curve.Point(1, 3));
        var svg = new Plot("rate", true, List.of(new Plot.Series("x", points, List.of()))).svg();
        var line = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                .getElementsByTagName("polyline")
                .item(0)
                .getAttributes()
                .getNamedItem("points")
                .getNodeValue()
                .split("[ ,]");
        double middle = (Double.parseDouble(line[0]) + Double.parseDouble(line[4])) / 2;
        assertEquals(middle, Double.parseDouble(line[2]), 0.1);
    }
}
