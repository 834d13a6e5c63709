package org.borealis.trainer.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final double[] LOGITS = {Math.log(0.1), Math.log(0.5), Math.log(0.05), Math.log(0.35)};
    private static final int DRAWS = 20_000;

    private static double[] shares(Sampler sampler) {
        var counts = new double[LOGITS.length];
        IntStream.range(0, DRAWS).forEach(i -> counts[sampler.choose(LOGITS, i)] += 1.0 / DRAWS);
        return counts;
    }

    private static void assertShares(Sampler sampler, double... wanted) {
        var shares = shares(sampler);
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i], shares[i], 0.015, "token " + i); // four standard errors of a half
        }
    }

    @Test
    void temperatureZeroTakesTheHighestAndTheFirstOfEqualOnes() {
        var greedy = new Sampler(0, 0, 1, 1);
        assertEquals(1, greedy.choose(LOGITS, 0));
        assertEquals(1, greedy.choose(new double[] {-3, -1, -1, -2}, 0));
    }

    @Test
    void temperatureOneDrawsByProbability() {
        assertShares(new Sampler(1, 0, 1, 1), 0.1, 0.5, 0.05, 0.35);
    }

    @Test
    void temperatureSharpens() {
        double sum = 0.01 + 0.25 + 0.0025 + 0.1225;
        assertShares(new Sampler(0.5, 0, 1, 1), 0.01 / sum, 0.25 / sum, 0.0025 / sum, 0.1225 / sum);
    }

    @Test
    void topKKeepsTheLikeliest() {
        assertShares(new Sampler(1, 2, 1, 1), 0, 0.5 / 0.85, 0, 0.35 / 0.85);
    }

    @Test
    void topPKeepsTheFewestThatReachTheSum() {
        assertShares(new Sampler(1, 0, 0.6, 1), 0, 0.5 / 0.85, 0, 0.35 / 0.85);
        assertShares(new Sampler(1, 0, 0.3, 1), 0, 1, 0, 0);
    }

    @Test
    void theSameSeedAndPlaceGiveTheSameToken() {
        var sampler = new Sampler(1, 0, 1, 5);
        IntStream.range(0, 50)
                .forEach(i -> assertEquals(sampler.choose(LOGITS, i), new Sampler(1, 0, 1, 5).choose(LOGITS, i)));
    }

    @Test
    void scoresThatAreNoNumbersAreRefused() {
        assertThrows(BorealisException.class, () -> new Sampler(1, 0, 1, 5).choose(new double[] {1, Double.NaN}, 0));
        assertThrows(BorealisException.class, () -> new Sampler(-1, 0, 1, 5));
    }
}
