package org.borealis.loops;

/** Functions of float64, one number at a time: no training loop is made of them. */
final class DoubleMath {
    private DoubleMath() {}

    static void exp(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.exp(a[i]);
        }
    }

    static void log(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.log(a[i]);
        }
    }

    static void tanh(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.tanh(a[i]);
        }
    }

    static void erf(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Erf.of(a[i]);
        }
    }

    static void sin(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.sin(a[i]);
        }
    }

    static void cos(double[] o, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = Math.cos(a[i]);
        }
    }

    static void power(double[] o, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = power(a[i], b[i]);
        }
    }

    /** IEEE 754 and C give 1 where {@link Math#pow} gives NaN: for a base of 1, and for -1 to an infinite power. */
    static double power(double base, double exponent) {
        return base == 1 || base == -1 && Double.isInfinite(exponent) ? 1 : Math.pow(base, exponent);
    }
}
