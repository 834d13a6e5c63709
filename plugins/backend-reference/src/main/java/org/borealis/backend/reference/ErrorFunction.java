package org.borealis.backend.reference;

/** The Gauss error function, which Java lacks, to within a few units in the last place. */
final class ErrorFunction {
    private static final double SQRT_PI = Math.sqrt(Math.PI);

    private ErrorFunction() {}

    static double of(double x) {
        double size = Math.abs(x);
        if (size < 2) {
            return series(x);
        }
        return size < 6 ? Math.copySign(1 - complement(size), x) : Math.signum(x); // erfc(6) is 2e-17; NaN stays NaN
    }

    /** erf x = 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 3 5 .. (2n+1)), whose terms have one sign (DLMF 7.6.2). */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / SQRT_PI * Math.exp(-x * x) * sum;
    }

    /** 1 - erf x = exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ..)))), for x of 2 and more (DLMF 7.9.1). */
    private static double complement(double x) {
        double fraction = x;
        for (int n = 60; n >= 1; n--) { // at x = 2 the value settles after 50
            fraction = x + n / 2.0 / fraction;
        }
        return Math.exp(-x * x) / SQRT_PI / fraction;
    }
}
