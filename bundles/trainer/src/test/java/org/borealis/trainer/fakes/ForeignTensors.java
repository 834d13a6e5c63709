package org.borealis.trainer.fakes;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.borealis.checkpoint.TensorSource;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;

/** The parameters of a native checkpoint under their own names, in bfloat16. */
public record ForeignTensors(TensorSource source) implements TensorSource {
    private static final String PREFIX = "parameter/";
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    @Override
    public Map<String, TensorType> types() {
        var types = new LinkedHashMap<String, TensorType>();
        source.types().forEach((name, type) -> {
            if (name.startsWith(PREFIX)) {
                types.put(name.substring(PREFIX.length()), type.as(DataType.BFLOAT16));
            }
        });
        return types;
    }

    @Override
    public MemorySegment read(String name) {
        var floats = source.read(PREFIX + name);
        long elements = floats.byteSize() / Float.BYTES;
        var halves = Arena.ofAuto().allocate(elements * Short.BYTES);
        for (long i = 0; i < elements; i++) {
            halves.setAtIndex(SHORT, i, (short) (floats.getAtIndex(INT, i) >>> 16));
        }
        return halves;
    }

    @Override
    public void close() {
        source.close();
    }
}
