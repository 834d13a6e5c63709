package org.borealis.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Contenders doing the same work, turn by turn, in one process. */
final class Match {
    /**
     * How one did.
     *
     * @param bytes resident memory that it took at its peak, from before it was made to the end of its first step
     * @param heapBytes what this thread allocated on the Java heap in the last step
     */
    record Result(String name, double[] seconds, long bytes, double outcome, long heapBytes) {
        double median() {
            var sorted = seconds.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }

    /** Makes a contender when its turn has come, so that its memory can be told from the others'. */
    interface Entry {
        Contender enter();
    }

    private final List<Result> results = new ArrayList<>();
    private final List<Double> matmul = new ArrayList<>();
    private final List<Double> memory = new ArrayList<>();

    /** @param warmUps steps before the clock runs, the one that memory is measured in included */
    static Match play(List<Entry> entries, int warmUps, int turns, Roofs roofs) {
        var match = new Match();
        var contenders = new ArrayList<Contender>();
        var bytes = new ArrayList<Long>();
        var outcomes = new ArrayList<Double>();
        for (var entry : entries) {
            long before = Memory.now();
            Memory.resetPeak();
            var contender = entry.enter();
            contenders.add(contender);
            outcomes.add(contender.step());
            bytes.add(Memory.peak() - before);
            contender.tune();
            for (int i = 1; i < warmUps; i++) {
                contender.step();
            }
        }
        var seconds = new double[contenders.size()][turns];
        var heap = new long[contenders.size()];
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < contenders.size(); i++) {
                match.matmul.add(roofs.matmul());
                match.memory.add(roofs.memory());
                long allocated = allocated();
                long start = System.nanoTime();
                contenders.get(i).step();
                seconds[i][turn] = (System.nanoTime() - start) / 1e9;
                heap[i] = allocated() - allocated;
            }
        }
        for (int i = 0; i < contenders.size(); i++) {
            match.results.add(new Result(contenders.get(i).name(), seconds[i], bytes.get(i), outcomes.get(i), heap[i]));
        }
        contenders.forEach(Contender::close);
        return match;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /**
     * Prints a table; the last contender is the one that the others are compared with.
     *
     * @param tokens in a step
     * @param flops in a step, 0 if they are not the point
     */
    void print(double tokens, double flops) {
        System.out.printf(
                Locale.ROOT,
                "matmul roof %.1f GFLOP/s, memory roof %.1f GB/s (medians of %d)%n",
                median(matmul) / 1e9,
                median(memory) / 1e9,
                matmul.size());
        System.out.printf(
                "%-20s %10s %10s %8s %9s %9s %9s %10s %12s  %s%n",
                "",
                "s/step",
                "tokens/s",
                "of roof",
                "peak GiB",
                "of peer",
                "memory",
                "heap bytes",
                "outcome",
                "seconds");
        var peer = results.getLast();
        for (var result : results) {
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %10.4f %10.1f %7.1f%% %9.2f %9.3f %9.3f %10d %12.4f  %s%n",
                    result.name(),
                    result.median(),
                    tokens / result.median(),
                    100 * flops / result.median() / median(matmul),
                    result.bytes() / 1024.0 / 1024 / 1024,
                    result.median() / peer.median(),
                    (double) result.bytes() / peer.bytes(),
                    result.heapBytes(),
                    result.outcome(),
                    Arrays.toString(Arrays.stream(result.seconds())
                            .mapToObj(s -> String.format(Locale.ROOT, "%.4f", s))
                            .toArray()));
        }
    }
}
