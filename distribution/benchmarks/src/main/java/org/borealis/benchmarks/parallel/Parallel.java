package org.borealis.benchmarks.parallel;

import java.util.Arrays;
import java.util.function.Consumer;
import org.borealis.benchmarks.Size;
import org.borealis.tensor.BorealisException;

/** Measures what it costs and saves that several ranks make a step; two cores are enough for all of it. */
public final class Parallel {
    private static final String PARTS = "memory, sequence, bubble, exact, overlap, wire and bandwidth";
    private static final long SEQUENCE_LIMIT = 256 << 20;
    private static final double GIGABITS = Double.parseDouble(System.getProperty("borealis.gigabits", "1"));

    private Parallel() {}

    /**
     * Prints the tables of a part.
     *
     * @param words the part, then a size, a number of turns and a backend, as far as they are wanted
     */
    public static void run(String... words) {
        var part = word(words, 0, "");
        switch (part) {
            case "memory" -> new MemoryPerRank(backend(words), size(words, "gpt-25m")).print();
            case "sequence" -> new LongestSequence(backend(words), SEQUENCE_LIMIT).print();
            case "bubble" -> new PipelineBubble(backend(words), turns(words, 7)).print();
            case "wire" -> new Overlapping(backend(words), size(words, "gpt-1m"), turns(words, 9), GIGABITS).print();
            case "exact" -> {
                ExactCost.head("threads");
                RankThreads.run(ExactCost.RANKS, seat -> {
                    exact(words).measure(seat);
                    return true;
                });
                ExactCost.head("processes");
                RankProcesses.run(ExactCost.RANKS, ExactCost.MEETINGS, words);
            }
            case "overlap" -> RankProcesses.run(GlooOverlap.RANKS, GlooOverlap.MEETINGS, words);
            case "bandwidth" -> RankProcesses.run(Bandwidth.RANKS, Bandwidth.MEETINGS, words);
            default -> throw unknown(part);
        }
    }

    /** What each of the processes of a part does. */
    static Consumer<Seat> part(String... words) {
        return switch (word(words, 0, "")) {
            case "exact" -> exact(words)::measure;
            case "overlap" ->
                new GlooOverlap(backend(words), size(words, "gpt-25m").withRows(1), turns(words, 7))::measure;
            case "bandwidth" -> new Bandwidth(turns(words, 7))::measure;
            default -> throw unknown(word(words, 0, ""));
        };
    }

    private static ExactCost exact(String... words) {
        return new ExactCost(backend(words), size(words, "gpt-1m"), turns(words, 7));
    }

    private static BorealisException unknown(String part) {
        return new BorealisException("benchmark", "no benchmark 'parallel " + part + "'; there are " + PARTS);
    }

    private static Size size(String[] words, String usual) {
        return Size.of(word(words, 1, usual));
    }

    private static int turns(String[] words, int usual) {
        return Integer.parseInt(word(words, 2, Integer.toString(usual)));
    }

    private static String backend(String... words) {
        return word(words, 3, "onednn");
    }

    private static String word(String[] words, int index, String usual) {
        return Arrays.stream(words).skip(index).findFirst().orElse(usual);
    }
}
