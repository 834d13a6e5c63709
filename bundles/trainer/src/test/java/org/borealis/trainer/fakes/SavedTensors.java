package org.borealis.trainer.fakes;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.borealis.checkpoint.TensorSource;
import org.borealis.parallel.Box;
import org.borealis.tensor.TensorType;
import org.borealis.trainer.step.TrainState;

/** The whole tensors of a run, from what each rank would write of them. */
public record SavedTensors(Map<String, TensorType> types, Map<String, byte[]> bytes) implements TensorSource {

    /** What a rank writes of a tensor. */
    public record Part(String name, TensorType type, Box box, byte[] bytes) {}

    /** What one rank writes. */
    public static List<Part> of(TrainState state) {
        var parts = new ArrayList<Part>();
        for (var piece : state.pieces()) {
            try (var arena = Arena.ofShared()) {
                var elements = piece.elements().apply(arena);
                parts.add(new Part(piece.name(), piece.type(), piece.box(), elements.toArray(ValueLayout.JAVA_BYTE)));
            }
        }
        return parts;
    }

    /** What all ranks have written. */
    public static SavedTensors joined(List<List<Part>> ranks) {
        var types = new LinkedHashMap<String, TensorType>();
        var bytes = new LinkedHashMap<String, byte[]>();
        ranks.forEach(parts -> parts.forEach(part -> {
            types.put(part.name(), part.type());
            var whole = bytes.computeIfAbsent(
                    part.name(), _ -> new byte[(int) part.type().bytes()]);
            part.box()
                    .copy(
                            MemorySegment.ofArray(part.bytes()),
                            Box.of(part.type().shape()),
                            MemorySegment.ofArray(whole),
                            part.type().type().bytes());
        }));
        return new SavedTensors(types, bytes);
    }

    @Override
    public MemorySegment read(String name) {
        return MemorySegment.ofArray(Objects.requireNonNull(bytes.get(name)));
    }

    @Override
    public void close() {}
}
