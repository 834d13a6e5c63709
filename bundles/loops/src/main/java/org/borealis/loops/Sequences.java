package org.borealis.loops;

/** Numbers at equal distances. */
final class Sequences {
    private Sequences() {}

    static void count(float[] to, int start, int first, int step, int n) {
        for (int i = 0; i < n; i++) {
            to[start + i] = first + i * step;
        }
    }

    static void count(double[] to, int start, int first, int step, int n) {
        for (int i = 0; i < n; i++) {
            to[start + i] = first + i * step;
        }
    }

    static void count(int[] to, int start, int first, int step, int n) {
        for (int i = 0; i < n; i++) {
            to[start + i] = first + i * step;
        }
    }

    static void count(long[] to, int start, int first, int step, int n) {
        for (int i = 0; i < n; i++) {
            to[start + i] = first + i * step;
        }
    }
}
