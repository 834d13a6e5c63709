package org.borealis.backend.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ErrorFunctionTest {
    /** x and erf(x), as the C library has it: Python's math.erf. */
    private static final double[][] KNOWN = {
        {0.0, 0.0},
        {1e-300, 1.1283791670955126e-300},
        {1e-8, 1.1283791670955126e-08},
        {0.1, 0.1124629160182849},
        {0.5, 0.5204998778130465},
        {1, 0.8427007929497149},
        {1.5, 0.9661051464753108},
        {1.99, 0.995111413199617},
        {2, 0.9953222650189527},
        {2.5, 0.999593047982555},
        {3, 0.9999779095030014},
        {4, 0.9999999845827421},
        {5.9, 0.9999999999999999},
        {6.1, 1.0},
    };

    @Test
    void isRightToAFewUnitsInTheLastPlace() {
        for (var pair : KNOWN) {
            assertEquals(pair[1], ErrorFunction.of(pair[0]), 4 * Math.ulp(pair[1]), "erf " + pair[0]);
            assertEquals(-pair[1], ErrorFunction.of(-pair[0]), 4 * Math.ulp(pair[1]), "erf " + -pair[0]);
        }
    }

    @Test
    void keepsSignedZeroInfinityAndNaN() {
        assertEquals(-0.0, ErrorFunction.of(-0.0));
        assertEquals(1, ErrorFunction.of(Double.POSITIVE_INFINITY));
        assertEquals(-1, ErrorFunction.of(Double.NEGATIVE_INFINITY));
        assertTrue(Double.isNaN(ErrorFunction.of(Double.NaN)));
    }
}
