package org.borealis.loops;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Float32 in native memory, by address, as many at once as the processor takes. */
final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    static final int COUNT = FLOATS.length();
    /** Room behind what is written, since most loops run on to a whole vector. */
    static final long SPARE_BYTES = 4L * COUNT;

    /** All that this process can address: any thread may read it, also what belongs to a confined arena. */
    @SuppressWarnings("restricted")
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Lanes() {}

    static FloatVector at(long address, int i) {
        return FloatVector.fromMemorySegment(FLOATS, ALL, address + 4L * i, ByteOrder.LITTLE_ENDIAN);
    }

    static void put(FloatVector vector, long address, int i) {
        vector.intoMemorySegment(ALL, address + 4L * i, ByteOrder.LITTLE_ENDIAN);
    }

    static FloatVector all(float number) {
        return FloatVector.broadcast(FLOATS, number);
    }

    static float one(long address, int i) {
        return ALL.get(FLOAT, address + 4L * i);
    }

    static void putOne(float number, long address, int i) {
        ALL.set(FLOAT, address + 4L * i, number);
    }
}
