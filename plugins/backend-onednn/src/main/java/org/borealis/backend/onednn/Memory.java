package org.borealis.backend.onednn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/** What is at an address. */
final class Memory {
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * All memory there is, at its address: what is bound was checked when it was bound, and a segment for each piece would be an object
     * for each piece.
     */
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;

    private Memory() {}

    static void clear(long address, long bytes) {
        var zeros = ByteVector.zero(BYTES);
        long at = 0;
        for (; at + BYTES.length() <= bytes; at += BYTES.length()) {
            zeros.intoMemorySegment(ALL, address + at, ByteOrder.LITTLE_ENDIAN);
        }
        for (; at < bytes; at++) {
            ALL.set(BYTE, address + at, (byte) 0);
        }
    }

    static double getDouble(long address) {
        return ALL.get(DOUBLE, address);
    }

    static void putDouble(long address, double value) {
        ALL.set(DOUBLE, address, value);
    }

    static float getFloat(long address) {
        return ALL.get(FLOAT, address);
    }

    static void putFloat(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    static int getInt(long address) {
        return ALL.get(INT, address);
    }
}
