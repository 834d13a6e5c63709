// Long, because it is a list: one loop for each chain, so that C2 compiles each by itself.
package org.borealis.loops;

import static org.borealis.loops.Lanes.at;

/**
 * Two or three operations on float32 in one loop, which saves a tile's way through the cache. Each is rounded by itself, as if the
 * others had their own loops. An operand's step is in bytes: {@link #ALONG} its elements, or 0, which repeats its first vector.
 */
final class FloatChains {
    /** What is computed of a, b, c and d. */
    enum Chain {
        /** a * b * c */
        MULTIPLY_MULTIPLY,
        /** a * b + c */
        MULTIPLY_ADD,
        /** a * b - c */
        MULTIPLY_SUBTRACT,
        /** c - a * b */
        MULTIPLY_SUBTRACT_FROM,
        /** (a + b) * c */
        ADD_MULTIPLY,
        /** a + b + c */
        ADD_ADD,
        /** (a - b) * c */
        SUBTRACT_MULTIPLY,
        /** a / b * c */
        DIVIDE_MULTIPLY,
        /** a / b + c */
        DIVIDE_ADD,
        /** a * b + c * d */
        SUM_OF_PRODUCTS,
        /** a * b - c * d */
        DIFFERENCE_OF_PRODUCTS
    }

    static final long ALONG = 4L * Lanes.COUNT;

    private FloatChains() {}

    static void run(
            Chain chain,
            long o,
            long a,
            long aStep,
            long b,
            long bStep,
            long c,
            long cStep,
            long d,
            long dStep,
            int n) {
        switch (chain) {
            case MULTIPLY_MULTIPLY -> multiplyMultiply(o, a, aStep, b, bStep, c, cStep, n);
            case MULTIPLY_ADD -> multiplyAdd(o, a, aStep, b, bStep, c, cStep, n);
            case MULTIPLY_SUBTRACT -> multiplySubtract(o, a, aStep, b, bStep, c, cStep, n);
            case MULTIPLY_SUBTRACT_FROM -> multiplySubtractFrom(o, a, aStep, b, bStep, c, cStep, n);
            case ADD_MULTIPLY -> addMultiply(o, a, aStep, b, bStep, c, cStep, n);
            case ADD_ADD -> addAdd(o, a, aStep, b, bStep, c, cStep, n);
            case SUBTRACT_MULTIPLY -> subtractMultiply(o, a, aStep, b, bStep, c, cStep, n);
            case DIVIDE_MULTIPLY -> divideMultiply(o, a, aStep, b, bStep, c, cStep, n);
            case DIVIDE_ADD -> divideAdd(o, a, aStep, b, bStep, c, cStep, n);
            case SUM_OF_PRODUCTS -> sumOfProducts(o, a, aStep, b, bStep, c, cStep, d, dStep, n);
            case DIFFERENCE_OF_PRODUCTS -> differenceOfProducts(o, a, aStep, b, bStep, c, cStep, d, dStep, n);
        }
    }

    private static void multiplyMultiply(long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(a, 0).mul(at(b, 0)).mul(at(c, 0)), o, i);
        }
    }

    private static void multiplyAdd(long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(a, 0).mul(at(b, 0)).add(at(c, 0)), o, i);
        }
    }

    private static void multiplySubtract(long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(a, 0).mul(at(b, 0)).sub(at(c, 0)), o, i);
        }
    }

    private static void multiplySubtractFrom(
            long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(c, 0).sub(at(a, 0).mul(at(b, 0))), o, i);
        }
    }

    private static void addMultiply(long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(a, 0).add(at(b, 0)).mul(at(c, 0)), o, i);
        }
    }

    private static void addAdd(long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(a, 0).add(at(b, 0)).add(at(c, 0)), o, i);
        }
    }

    private static void subtractMultiply(long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(a, 0).sub(at(b, 0)).mul(at(c, 0)), o, i);
        }
    }

    private static void divideMultiply(long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(a, 0).div(at(b, 0)).mul(at(c, 0)), o, i);
        }
    }

    private static void divideAdd(long o, long a, long aStep, long b, long bStep, long c, long cStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep) {
            Lanes.put(at(a, 0).div(at(b, 0)).add(at(c, 0)), o, i);
        }
    }

    private static void sumOfProducts(
            long o, long a, long aStep, long b, long bStep, long c, long cStep, long d, long dStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep, d += dStep) {
            Lanes.put(at(a, 0).mul(at(b, 0)).add(at(c, 0).mul(at(d, 0))), o, i);
        }
    }

    private static void differenceOfProducts(
            long o, long a, long aStep, long b, long bStep, long c, long cStep, long d, long dStep, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT, a += aStep, b += bStep, c += cStep, d += dStep) {
            Lanes.put(at(a, 0).mul(at(b, 0)).sub(at(c, 0).mul(at(d, 0))), o, i);
        }
    }
}
