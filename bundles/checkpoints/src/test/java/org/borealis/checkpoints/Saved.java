package org.borealis.checkpoints;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.borealis.checkpoint.Checkpoints.Checkpoint;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;

/** Tensors of every type with random bits, a function of the seed; and all else that a checkpoint holds. */
record Saved(long seed, Map<String, TensorType> types, Map<String, byte[]> elements) {
    static final Map<String, Object> METADATA = Map.of(
            "tokens",
            3L << 40,
            "loss",
            2.5,
            "small",
            7L,
            "done",
            true,
            "list",
            List.of(1L, "a"),
            "map",
            Map.of("b", 0.1));
    static final Map<String, byte[]> ATTACHMENTS = Map.of("recipe.resolved.yaml", "name: test\n".getBytes());

    static Saved of(long seed) {
        var random = new Random(seed);
        var types = new LinkedHashMap<String, TensorType>();
        var elements = new LinkedHashMap<String, byte[]>();
        for (var type : DataType.values()) {
            types.put(type.label() + "/matrix", TensorType.of(type, 3, 7));
            types.put(type.label() + "/scalar", TensorType.of(type));
            types.put(type.label() + "/nothing", TensorType.of(type, 0));
        }
        types.forEach((name, type) -> {
            byte[] bytes = new byte[(int) type.bytes()];
            random.nextBytes(bytes);
            elements.put(name, bytes);
        });
        return new Saved(seed, types, elements);
    }

    List<Piece> pieces() {
        var pieces = new ArrayList<Piece>();
        types.forEach((name, type) -> pieces.add(new Piece(name, type, () -> MemorySegment.ofArray(bytes(name)))));
        return pieces;
    }

    private byte[] bytes(String name) {
        return elements.getOrDefault(name, new byte[0]);
    }

    Path save(DiskCheckpoints checkpoints, Path folder, long step) {
        return checkpoints.save(folder, step, pieces(), METADATA, ATTACHMENTS);
    }

    void assertSameAs(Checkpoint checkpoint) {
        assertEquals(types, checkpoint.types());
        types.keySet()
                .forEach(name -> assertArrayEquals(
                        bytes(name), checkpoint.read(name).toArray(ValueLayout.JAVA_BYTE), name + ", seed " + seed));
        assertEquals(METADATA, checkpoint.metadata());
        assertArrayEquals(
                ATTACHMENTS.get("recipe.resolved.yaml"),
                checkpoint.attachment("recipe.resolved.yaml").orElseThrow());
    }
}
