package org.borealis.benchmarks.parallel;

import java.util.Arrays;

/** The same measurement, again and again. */
record Turns(double... values) {
    double median() {
        return sorted()[values.length / 2];
    }

    double least() {
        return sorted()[0];
    }

    double greatest() {
        return sorted()[values.length - 1];
    }

    private double[] sorted() {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
