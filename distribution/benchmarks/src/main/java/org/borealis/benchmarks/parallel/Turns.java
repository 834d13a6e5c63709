package org.borealis.benchmarks.parallel;

import java.util.Arrays;

/** The same measurement, again and again. */
public record Turns(double... values) {
    /** The middle one. */
    public double median() {
        return sorted()[values.length / 2];
    }

    /** The least one. */
    public double least() {
        return sorted()[0];
    }

    /** The greatest one. */
    public double greatest() {
        return sorted()[values.length - 1];
    }

    private double[] sorted() {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
