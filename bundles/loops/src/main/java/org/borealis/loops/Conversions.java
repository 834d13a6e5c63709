// Long, because it is a list: one loop for each pair of types.
package org.borealis.loops;

/** Elements of one type made elements of another; rounded and clamped as Java does, which is as the primitives say. */
final class Conversions {
    private Conversions() {}

    static void fromBfloat16(short[] from, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = Float.intBitsToFloat(from[i] << 16);
        }
    }

    /** Of floats that are bfloat16 numbers already. */
    static void toBfloat16(float[] from, int start, short[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = (short) (Float.floatToRawIntBits(from[start + i]) >>> 16);
        }
    }

    static void fromFloat16(short[] from, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = Float.float16ToFloat(from[i]);
        }
    }

    static void toFloat16(float[] from, int start, short[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = Float.floatToFloat16(from[start + i]);
        }
    }

    static void fromBytes(byte[] from, int[] to, int start, int count) {
        for (int i = 0; i < count; i++) {
            to[start + i] = from[i] & 0xFF;
        }
    }

    static void toBytes(int[] from, int start, byte[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = (byte) from[start + i];
        }
    }

    /** Rounds to nearest even bfloat16; NaN stays NaN. */
    static float roundBfloat16(float value) {
        int x = Float.floatToRawIntBits(value);
        int rounded = Float.isNaN(value) ? x | 0x400000 : x + 0x7FFF + (x >>> 16 & 1);
        return Float.intBitsToFloat(rounded & 0xFFFF0000);
    }

    static void roundFloat16(float[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
        }
    }

    static void toBool(Scratch s, Register from, int[] to, int n) {
        switch (from.kind) {
            case FLOAT -> floatToBool(s.onHeap(from, n), to, n);
            case DOUBLE -> doubleToBool(s.doubles(from), to, n);
            case INT -> intToBool(s.ints(from), to, n);
            case LONG -> longToBool(s.longs(from), to, n);
        }
    }

    static void fromFloat(Register a, Scratch s, Register to, int n) {
        var from = s.onHeap(a, n);
        switch (to.kind) {
            case FLOAT -> s.fromHeap(to, 0, n);
            case DOUBLE -> floatToDouble(from, s.doubles(to), n);
            case INT -> floatToInt(from, s.ints(to), n);
            case LONG -> floatToLong(from, s.longs(to), n);
        }
    }

    static void fromDouble(double[] from, Scratch s, Register to, int n) {
        switch (to.kind) {
            case FLOAT -> {
                doubleToFloat(from, s.heap(), n);
                s.fromHeap(to, 0, n);
            }
            case DOUBLE -> System.arraycopy(from, 0, s.doubles(to), 0, n);
            case INT -> doubleToInt(from, s.ints(to), n);
            case LONG -> doubleToLong(from, s.longs(to), n);
        }
    }

    static void fromInt(int[] from, Scratch s, Register to, int n) {
        switch (to.kind) {
            case FLOAT -> {
                intToFloat(from, s.heap(), n);
                s.fromHeap(to, 0, n);
            }
            case DOUBLE -> intToDouble(from, s.doubles(to), n);
            case INT -> System.arraycopy(from, 0, s.ints(to), 0, n);
            case LONG -> intToLong(from, s.longs(to), n);
        }
    }

    static void fromLong(long[] from, Scratch s, Register to, int n) {
        switch (to.kind) {
            case FLOAT -> {
                longToFloat(from, s.heap(), n);
                s.fromHeap(to, 0, n);
            }
            case DOUBLE -> longToDouble(from, s.doubles(to), n);
            case INT -> longToInt(from, s.ints(to), n);
            case LONG -> System.arraycopy(from, 0, s.longs(to), 0, n);
        }
    }

    private static void floatToDouble(float[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void doubleToFloat(double[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) from[i];
        }
    }

    private static void floatToInt(float[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (int) from[i];
        }
    }

    private static void floatToLong(float[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (long) from[i];
        }
    }

    private static void doubleToInt(double[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (int) from[i];
        }
    }

    private static void doubleToLong(double[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (long) from[i];
        }
    }

    private static void intToFloat(int[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void intToDouble(int[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void intToLong(int[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void longToFloat(long[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void longToDouble(long[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void longToInt(long[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (int) from[i];
        }
    }

    private static void floatToBool(float[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] != 0 ? 1 : 0;
        }
    }

    private static void doubleToBool(double[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] != 0 ? 1 : 0;
        }
    }

    private static void longToBool(long[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] != 0 ? 1 : 0;
        }
    }

    private static void intToBool(int[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (from[i] | -from[i]) >>> 31;
        }
    }

    static void clampToByte(int[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Math.max(0, Math.min(255, values[i]));
        }
    }

    static void wrapToByte(int[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] &= 0xFF;
        }
    }
}
