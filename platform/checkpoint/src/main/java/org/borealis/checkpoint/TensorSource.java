package org.borealis.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import org.borealis.parallel.Box;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ConsumerType;

/** Named tensors in files; never a whole model in memory. */
@ConsumerType
public interface TensorSource extends AutoCloseable {

    /** Types by name, in the order of the files. */
    Map<String, TensorType> types();

    /**
     * Elements of one tensor, dense, row-major, little-endian; read-only, valid until this source is closed. They may begin at any
     * address: read them with unaligned layouts.
     *
     * @throws org.borealis.tensor.BorealisException if there is none of this name, naming the nearest
     */
    MemorySegment read(String name);

    /**
     * Elements of a part of one tensor, as {@link #read(String)} gives those of all; valid until this source or {@code arena} is closed.
     *
     * @param arena for what does not lie in one piece in the files
     * @throws org.borealis.tensor.ShapeException if the tensor is too small to have that part
     */
    default MemorySegment read(String name, Box box, Arena arena) {
        var elements = read(name);
        var type = Objects.requireNonNull(types().get(name));
        var whole = Box.of(type.shape());
        if (box.equals(whole)) {
            return elements;
        }
        box.requireWithin(name, type.shape());
        var part = arena.allocate(type.in(box.shape()).bytes());
        whole.copy(elements, box, part, type.type().bytes());
        return part.asReadOnly();
    }

    @Override
    void close();

    /**
     * The failure to report when {@link #read} is asked for a tensor that isn't there.
     *
     * @param where the source, for people
     * @param known names that are there
     */
    static BorealisException missing(String where, String name, Collection<String> known) {
        String nearest = known.stream()
                .min(Comparator.comparingInt(other -> distance(name, other)))
                .map(other -> "; the nearest is '" + other + "'")
                .orElse("; it holds no tensor at all");
        return new BorealisException("tensor-missing", where + " holds no tensor '" + name + "'" + nearest);
    }

    /** Levenshtein distance. */
    private static int distance(String one, String two) {
        int[] row = new int[two.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == two.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[two.length()];
    }
}
