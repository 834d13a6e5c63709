package org.borealis.loops;

/**
 * Functions of float32 that processors have no instruction for.
 *
 * <p>Those of activations and softmax are polynomials in loops that C2 vectorises; the others go by way of float64, one number at a
 * time. Nothing depends on how hot a loop is: an interpreted one gives the same bits.
 */
final class FloatMath {
    private static final float LOG2_E = 1.44269504f;
    /** Added and subtracted again, it rounds to an integer: 1.5 * 2^23. */
    private static final float ROUNDER = 12582912f;
    /** ln 2 in two parts, so that multiples of the first are exact (Cody and Waite 1980). */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440e-4f;

    private FloatMath() {}

    /** To within 1.01 units in the last place. */
    static void exp(float[] o, float[] a, int n, Bits bits) {
        exp(o, a, bits.one, n);
        bits.oneToNumber(n);
        scaleTwice(o, bits.number, n);
    }

    /** e^x = 2^k e^r with |r| <= ln 2 / 2, and 2^k as the square of 2^h, so that it may reach beyond the normal numbers. */
    private static void exp(float[] o, float[] a, int[] scale, int n) {
        for (int i = 0; i < n; i++) {
            float x = Math.min(Math.max(a[i], -104), 89); // beyond these e^x is 0 or infinite
            float k = Math.fma(x, LOG2_E, ROUNDER) - ROUNDER;
            float r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, x));
            // Cephes 2.2 (Moshier 1992), expf
            float p = Math.fma(1.9875691500e-4f, r, 1.3981999507e-3f);
            p = Math.fma(p, r, 8.3334519073e-3f);
            p = Math.fma(p, r, 4.1665795894e-2f);
            p = Math.fma(p, r, 1.6666665459e-1f);
            p = Math.fma(p, r, 5.0000001201e-1f);
            p = Math.fma(p, r * r, r) + 1;
            float h = Math.fma(k, 0.5f, ROUNDER) - ROUNDER;
            float odd = Math.fma(h, -2, k); // -1, 0 or 1, for which 2^odd is
            o[i] = p * Math.fma(odd, Math.fma(odd, 0.25f, 0.75f), 1);
            scale[i] = ((int) h + 127) << 23;
        }
    }

    private static void scaleTwice(float[] o, float[] scale, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = o[i] * scale[i] * scale[i];
        }
    }

    /** To within 2.4 units in the last place. */
    static void tanh(float[] o, float[] a, int n, Bits bits) {
        expm1(o, a, bits.one, n);
        bits.oneToNumber(n);
        tanh(o, a, bits.number, n);
    }

    /** e^r - 1, where e^2|x| = 2^k e^r. */
    private static void expm1(float[] o, float[] a, int[] scale, int n) {
        for (int i = 0; i < n; i++) {
            float x = 2 * Math.min(Math.abs(a[i]), 10); // beyond that tanh is 1
            float k = Math.fma(x, LOG2_E, ROUNDER) - ROUNDER;
            float r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, x));
            float p = Math.fma(1.9875691500e-4f, r, 1.3981999507e-3f);
            p = Math.fma(p, r, 8.3334519073e-3f);
            p = Math.fma(p, r, 4.1665795894e-2f);
            p = Math.fma(p, r, 1.6666665459e-1f);
            p = Math.fma(p, r, 5.0000001201e-1f);
            o[i] = Math.fma(p, r * r, r);
            scale[i] = ((int) k + 127) << 23;
        }
    }

    /** With e = e^2|x| - 1, which keeps its digits where x is small: e / (e + 2), and the sign of x. */
    private static void tanh(float[] o, float[] a, float[] scale, int n) {
        for (int i = 0; i < n; i++) {
            float e = Math.fma(o[i], scale[i], scale[i] - 1);
            o[i] = e / (e + 2) * Math.signum(a[i]);
        }
    }

    /** To within 1.02 units in the last place; the polynomials are those of N. Juffa's my_erff (2017, public domain). */
    static void erf(float[] o, float[] a, int n, Bits bits) {
        exponent(bits.number, a, n);
        exp(o, bits.number, n, bits);
        near(bits.number, a, n);
        join(o, bits.number, a, n);
    }

    /** ln(1 - erf |x|). */
    private static void exponent(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            float t = Math.min(Math.abs(a[i]), 4.5f); // beyond that erf is 1
            float p = Math.fma(-1.72853470e-5f, t, 3.83197126e-4f);
            p = Math.fma(p, t * t, Math.fma(-3.88396438e-3f, t, 2.42546219e-2f));
            p = Math.fma(p, t, -1.06777877e-1f);
            p = Math.fma(p, t, -6.34846687e-1f);
            p = Math.fma(p, t, -1.28717512e-1f);
            o[i] = Math.fma(p, t, -t);
        }
    }

    /** erf |x| where that is small. */
    private static void near(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            float t = Math.min(Math.abs(a[i]), 4.5f);
            float s = t * t;
            float p = Math.fma(-5.96761703e-4f, s, 4.99119423e-3f);
            p = Math.fma(p, s, -2.67681349e-2f);
            p = Math.fma(p, s, 1.12819925e-1f);
            p = Math.fma(p, s, -3.76125336e-1f);
            p = Math.fma(p, s, 1.28379166e-1f);
            o[i] = Math.fma(p, t, t);
        }
    }

    /** One minus the power where |x| > 475/512, else the other, and the sign of x. Multiplied by 0 and 1, since C2 blends nothing. */
    private static void join(float[] o, float[] near, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            float isFar = Math.min(Math.max((Math.abs(a[i]) - 0.927734375f) * 0x1p40f, 0), 1);
            o[i] = (isFar * (1 - o[i]) + (1 - isFar) * near[i]) * Math.signum(a[i]);
        }
    }

    static void log(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.log(a[i]);
        }
    }

    static void sin(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.sin(a[i]);
        }
    }

    static void cos(float[] o, float[] a, int n) {
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
