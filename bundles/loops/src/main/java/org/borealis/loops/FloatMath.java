package org.borealis.loops;

import static org.borealis.loops.Lanes.all;
import static org.borealis.loops.Lanes.at;

import jdk.incubator.vector.VectorOperators;
import org.borealis.tensor.Primitive.Function;

/**
 * Functions of float32 that processors have no instruction for.
 *
 * <p>Those of activations and softmax are polynomials in vectors; the others go by way of float64, one number at a
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

    // Each written out in one piece: C2 inlines none of its parts that it has compiled by themselves before.

    /**
     * To within 1.01 units in the last place: e^x = 2^k e^r with |r| <= ln 2 / 2, and 2^k as the square of 2^h, so that it may reach
     * beyond the normal numbers.
     */
    static void exp(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var x = at(a, i).max(-104).min(89); // beyond these e^x is 0 or infinite
            var k = x.fma(all(LOG2_E), all(ROUNDER)).sub(ROUNDER);
            var r = k.fma(all(-LN2_LOW), k.fma(all(-LN2_HIGH), x));
            // Cephes 2.2 (Moshier 1992), expf
            var p = r.fma(all(1.9875691500e-4f), all(1.3981999507e-3f));
            p = p.fma(r, all(8.3334519073e-3f));
            p = p.fma(r, all(4.1665795894e-2f));
            p = p.fma(r, all(1.6666665459e-1f));
            p = p.fma(r, all(5.0000001201e-1f));
            p = p.fma(r.mul(r), r).add(1);
            var h = k.fma(all(0.5f), all(ROUNDER)); // an integer, in the lowest bits
            var odd = h.sub(ROUNDER).fma(all(-2), k); // -1, 0 or 1, for which 2^odd is
            var power = odd.fma(odd.fma(all(0.25f), all(0.75f)), all(1));
            var scale = h.reinterpretAsInts()
                    .add(127)
                    .lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            Lanes.put(p.mul(power).mul(scale).mul(scale), o, i);
        }
    }

    /**
     * To within 2.4 units in the last place: with e = e^2|x| - 1, which keeps its digits where x is small, e / (e + 2), and the sign
     * of x.
     */
    static void tanh(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var number = at(a, i);
            var x = number.abs().min(10).mul(2); // beyond that tanh is 1
            var rounded = x.fma(all(LOG2_E), all(ROUNDER));
            var k = rounded.sub(ROUNDER);
            var r = k.fma(all(-LN2_LOW), k.fma(all(-LN2_HIGH), x));
            var p = r.fma(all(1.9875691500e-4f), all(1.3981999507e-3f));
            p = p.fma(r, all(8.3334519073e-3f));
            p = p.fma(r, all(4.1665795894e-2f));
            p = p.fma(r, all(1.6666665459e-1f));
            p = p.fma(r, all(5.0000001201e-1f));
            p = p.fma(r.mul(r), r);
            var scale = rounded.reinterpretAsInts()
                    .add(127)
                    .lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            var e = p.fma(scale, scale.sub(1));
            var sign = number.reinterpretAsInts().and(Integer.MIN_VALUE);
            var tanh = e.div(e.add(2)).reinterpretAsInts().or(sign);
            Lanes.put(tanh.reinterpretAsFloats(), o, i);
        }
    }

    /** To within 1.02 units in the last place; the polynomials are those of N. Juffa's my_erff (2017, public domain). */
    static void erf(long o, long a, int n) {
        logOfRest(o, a, n);
        exp(o, o, n);
        joinNear(o, a, n);
    }

    /** ln(1 - erf |x|). */
    private static void logOfRest(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var t = at(a, i).abs().min(4.5f); // beyond that erf is 1
            var p = t.fma(all(-1.72853470e-5f), all(3.83197126e-4f));
            p = p.fma(t.mul(t), t.fma(all(-3.88396438e-3f), all(2.42546219e-2f)));
            p = p.fma(t, all(-1.06777877e-1f));
            p = p.fma(t, all(-6.34846687e-1f));
            p = p.fma(t, all(-1.28717512e-1f));
            Lanes.put(p.fma(t, t.neg()), o, i);
        }
    }

    /** One minus what is there, or another polynomial where |x| is small, and the sign of x. */
    private static void joinNear(long o, long a, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            var number = at(a, i);
            var t = number.abs();
            var s = t.mul(t);
            var p = s.fma(all(-5.96761703e-4f), all(4.99119423e-3f));
            p = p.fma(s, all(-2.67681349e-2f));
            p = p.fma(s, all(1.12819925e-1f));
            p = p.fma(s, all(-3.76125336e-1f));
            p = p.fma(s, all(1.28379166e-1f));
            var isFar = t.compare(VectorOperators.GT, 0.927734375f);
            var erf = p.fma(t, t).blend(all(1).sub(at(o, i)), isFar);
            var sign = number.reinterpretAsInts().and(Integer.MIN_VALUE);
            Lanes.put(erf.reinterpretAsInts().or(sign).reinterpretAsFloats(), o, i);
        }
    }

    /** Functions that go by way of float64, or that vectors do not have. */
    static void unary(Function function, float[] a, int n) {
        switch (function) {
            case LOG -> log(a, a, n);
            case SIN -> sin(a, a, n);
            case COS -> cos(a, a, n);
            case RSQRT -> reciprocalSquareRoot(a, a, n);
            case FLOOR -> floor(a, a, n);
            case NEGATE, ABS, SIGN, EXP, SQRT, RECIPROCAL, TANH, ERF, NOT ->
                throw new IllegalArgumentException(function + " of this type");
        }
    }

    private static void reciprocalSquareRoot(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) (1 / Math.sqrt(a[i]));
        }
    }

    private static void floor(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.floor(a[i]);
        }
    }

    private static void log(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.log(a[i]);
        }
    }

    private static void sin(float[] o, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            o[i] = (float) Math.sin(a[i]);
        }
    }

    private static void cos(float[] o, float[] a, int n) {
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
