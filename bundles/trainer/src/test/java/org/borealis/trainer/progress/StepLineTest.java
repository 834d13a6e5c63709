package org.borealis.trainer.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StepLineTest {

    @Test
    void aStepReadsAsOneLine() {
        var line = new StepLine(
                12,
                500,
                3.21456,
                3e-4,
                0.912,
                12_345,
                OptionalDouble.of(0.434),
                OptionalLong.of(1_210_000_000),
                Duration.ofSeconds(151));
        assertEquals(
                "step  12/500  loss 3.2146  rate 3.00e-04  norm 0.91  12.3k tokens/s  MFU 43 %  1.2 GB  2:31 left",
                line.toString());
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        var line = new StepLine(
                1, 9, Double.NaN, 0, 1, 7, OptionalDouble.empty(), OptionalLong.empty(), Duration.ofHours(3));
        assertEquals("step 1/9  loss NaN  rate 0.00e+00  norm 1.00  7 tokens/s  3:00:00 left", line.toString());
    }

    @Test
    void aTerminalHasALiveLineBelowAndAPipeOnlyLines() {
        assertEquals("\r\u001b[Ktwo\r\u001b[Kone\n\r\u001b[Ktwo\r\u001b[K", shown(true));
        assertEquals("one\n", shown(false));
    }

    private static String shown(boolean isTerminal) {
        var bytes = new ByteArrayOutputStream();
        try (var display =
                new Display(new PrintStream(bytes, true, StandardCharsets.UTF_8), isTerminal, new StringWriter())) {
            display.live("two");
            display.line("one");
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
