package org.borealis.trainer.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SampleOrderTest {

    @Test
    void permutationsHitEveryIndexOnce() {
        for (long size : new long[] {1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000}) {
            var permutation = new Permutation(size, 42 + size);
            var hit = new HashSet<Long>();
            LongStream.range(0, size).map(permutation::apply).forEach(i -> {
                assertEquals(true, i >= 0 && i < size, "out of range for size " + size);
                hit.add(i);
            });
            assertEquals(size, hit.size());
        }
    }

    @Test
    void permutationsLeaveFewNeighboursTogether() {
        var permutation = new Permutation(10_000, 3);
        long together = LongStream.range(1, 10_000)
                .filter(i -> Math.abs(permutation.apply(i) - permutation.apply(i - 1)) == 1)
                .count();
        assertEquals(2, together, 8); // 2 expected of a random order
    }

    @Test
    void everyEpochShowsEveryWindowInAnOrderOfItsOwn() {
        var order = new SampleOrder(1234, 37);
        var first = epoch(order, 0);
        var second = epoch(order, 1);
        assertEquals(37, new HashSet<>(first).size());
        assertEquals(new HashSet<>(first), new HashSet<>(second));
        assertNotEquals(first, second);
        assertNotEquals(first, epoch(new SampleOrder(1235, 37), 0));
    }

    private static List<Long> epoch(SampleOrder order, int epoch) {
        return LongStream.range(0, order.windows())
                .map(i -> order.window(epoch * order.windows() + i))
                .boxed()
                .toList();
    }
}
