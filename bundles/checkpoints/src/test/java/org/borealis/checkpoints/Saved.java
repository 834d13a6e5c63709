package org.borealis.checkpoints;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
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
import org.borealis.checkpoint.Checkpoints.Writers;
import org.borealis.parallel.Box;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
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
        types.forEach((name, type) -> pieces.add(new Piece(name, type, _ -> MemorySegment.ofArray(bytes(name)))));
        return pieces;
    }

    /** One writer's: some columns of each matrix, and every so manyth of the rest. */
    List<Piece> pieces(Writers writer) {
        var pieces = new ArrayList<Piece>();
        int turn = 0;
        for (var tensor : types.entrySet()) {
            var type = tensor.getValue();
            var elements = MemorySegment.ofArray(bytes(tensor.getKey()));
            if (type.shape().rank() == 2) {
                int first = 7 * writer.index() / writer.count();
                int end = 7 * (writer.index() + 1) / writer.count();
                var box = new Box(List.of(0, first), Shape.of(3, end - first));
                pieces.add(new Piece(tensor.getKey(), type, box, arena -> part(type, elements, box, arena)));
            } else if (turn++ % writer.count() == writer.index()) {
                pieces.add(new Piece(tensor.getKey(), type, _ -> elements));
            }
        }
        return pieces;
    }

    private static MemorySegment part(TensorType type, MemorySegment whole, Box box, Arena arena) {
        var part = arena.allocate(type.in(box.shape()).bytes());
        Box.of(type.shape()).copy(whole, box, part, type.type().bytes());
        return part;
    }

    private byte[] bytes(String name) {
        return elements.getOrDefault(name, new byte[0]);
    }

    Path save(DiskCheckpoints checkpoints, Path folder, long step) {
        return checkpoints.save(Writers.ALONE, folder, step, pieces(), METADATA, ATTACHMENTS);
    }

    Path save(DiskCheckpoints checkpoints, Writers writer, Path folder, long step) {
        return checkpoints.save(writer, folder, step, pieces(writer), METADATA, ATTACHMENTS);
    }

    void assertSameAs(Checkpoint checkpoint) {
        assertEquals(types, checkpoint.types());
        types.forEach((name, type) -> {
            if (type.shape().rank() == 2) {
                assertSameParts(checkpoint, name, type);
            }
        });
        types.keySet()
                .forEach(name -> assertArrayEquals(
                        bytes(name), checkpoint.read(name).toArray(ValueLayout.JAVA_BYTE), name + ", seed " + seed));
        assertEquals(METADATA, checkpoint.metadata());
        assertArrayEquals(
                ATTACHMENTS.get("recipe.resolved.yaml"),
                checkpoint.attachment("recipe.resolved.yaml").orElseThrow());
    }

    private void assertSameParts(Checkpoint checkpoint, String name, TensorType type) {
        for (int first = 0; first < 7; first++) {
            for (int end = first + 1; end <= 7; end++) {
                var box = new Box(List.of(1, first), Shape.of(2, end - first));
                try (var arena = Arena.ofConfined()) {
                    var wanted = part(type, MemorySegment.ofArray(bytes(name)), box, arena);
                    assertEquals(-1, wanted.mismatch(checkpoint.read(name, box, arena)), name + box + ", seed " + seed);
                }
            }
        }
    }
}
