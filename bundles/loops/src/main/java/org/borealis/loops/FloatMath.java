package org.borealis.loops;

/** Functions of float32 that processors have no instruction for. */
final class FloatMath {
    private FloatMath() {}

    static void exp(float[] o, float[] a, int n, Bits bits) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.exp(a[i]);
        }
    }

    static void log(float[] o, float[] a, int n, Bits bits) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.log(a[i]);
        }
    }

    static void tanh(float[] o, float[] a, int n, Bits bits) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.tanh(a[i]);
        }
    }

    static void erf(float[] o, float[] a, int n, Bits bits) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Erf.of(a[i]);
        }
    }

    static void sin(float[] o, float[] a, int n, Bits bits) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.sin(a[i]);
        }
    }

    static void cos(float[] o, float[] a, int n, Bits bits) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.cos(a[i]);
        }
    }

    static void power(float[] o, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) DoubleMath.power(a[i], b[i]);
        }
    }
}
