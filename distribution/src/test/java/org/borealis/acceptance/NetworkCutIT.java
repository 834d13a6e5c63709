package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.borealis.acceptance.Workplace.Ended;
import org.borealis.acceptance.Workplace.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two ranks on hosts of their own, and the cable between them is cut. */
@Timeout(240)
class NetworkCutIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(6);
    /** What ending takes beyond the time-out, on a machine that does other things, too. */
    private static final Duration SLACK = Duration.ofSeconds(20);

    private static final int PORT = 29_400;

    @TempDir
    Path folder;

    @Test
    void bothRanksEndWithinTheTimeOutAndNameTheLostOne() throws Exception {
        var lacking = TwoHosts.lacking();
        assumeTrue(lacking.isEmpty(), () -> lacking.orElse(""));
        var work = new Workplace(folder);
        try (var hosts = TwoHosts.make()) {
            var ranks = List.of(start(work, hosts, 0), start(work, hosts, 1));
            ranks.getFirst()
                    .awaitThat("ten steps", () -> work.run("cut").events("step").size() >= 10);
            long cutAt = System.nanoTime();
            hosts.cut();
            var ended = new ArrayList<Ended>();
            for (var rank : ranks) {
                ended.add(rank.await());
            }
            var took = Duration.ofNanos(System.nanoTime() - cutAt);
            assertTrue(took.compareTo(TIMEOUT.plus(SLACK)) < 0, "ended " + took + " after the cut");
            for (int rank = 0; rank < 2; rank++) {
                assertSays(ended.get(rank), rank, 1 - rank);
            }
            assertEquals(List.of(), hosts.inhabitants());
        }
    }

    private static void assertSays(Ended ended, int rank, int lost) {
        assertNotEquals(0, ended.code(), ended::toString);
        var last = ended.err().lines().toList().getLast();
        for (var words : List.of(
                "borealis: rank " + rank + ", ",
                " in group ",
                "rank " + lost + " at " + TwoHosts.ADDRESSES.get(lost) + " ",
                "the last step that this rank has done is ")) {
            assertTrue(last.contains(words), () -> "'" + words + "' is missing in: " + ended);
        }
        assertTrue(lastStep(last) >= 10, last);
    }

    private static int lastStep(String message) {
        return Integer.parseInt(message.substring(message.lastIndexOf(' ') + 1).strip());
    }

    private static Running start(Workplace work, TwoHosts hosts, int rank) throws Exception {
        var line = new ArrayList<>(List.of(
                "env",
                "BOREALIS_RANK=" + rank,
                "BOREALIS_SIZE=2",
                "BOREALIS_ADDRESS=" + TwoHosts.ADDRESSES.getFirst() + ":" + PORT,
                Workplace.HOME.resolve("bin/borealis").toString()));
        line.addAll(Workplace.trainWords(
                "cut",
                "backend=onednn",
                "mesh=data=2",
                "batch.micro=2",
                "steps=100000",
                "checkpoint.every=100000",
                "timeout=" + TIMEOUT.toSeconds()));
        return work.startAny(hosts.inside(rank, line));
    }
}
