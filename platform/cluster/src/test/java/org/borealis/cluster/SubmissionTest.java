package org.borealis.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SubmissionTest {

    @Test
    void aShellTakesWhatIsPrinted() throws Exception {
        var odd = List.of("printf", "<%s>", "it's", "a b", "$HOME", "`x`", "", "ü");
        String line = Submission.line(Map.of("GREETING", "two words"), odd);
        var process =
                new ProcessBuilder("sh", "-c", line + "; " + Submission.line(Map.of("A", "'"), List.of("env"))).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        assertTrue(said.startsWith("<it's><a b><$HOME><`x`><><ü>"), said);
        assertTrue(said.contains("\nA='\n") || said.contains(">A='\n"), said);
    }

    @Test
    void nodesRunTheSameNumberOfRanks() {
        assertEquals(3, new Job.Place(6, 2, 0, List.of(), 1).nodes());
        var complaint = assertThrows(ClusterException.class, () -> new Job.Place(6, 4, 0, List.of(), 1));
        assertTrue(complaint.getMessage().contains("6 ranks are no multiple of 4 a node"));
    }
}
