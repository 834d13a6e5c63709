package org.borealis.loops;

import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Fold;

/**
 * A value of a body as seen from the loops that run it: what it is at each point of the loops.
 *
 * <p>Broadcasts and reshapes are gone: they are strides. Compared by identity, for speed; {@link Lowering} makes no two alike.
 *
 * @param domain bit l is set where the value may change along loop l
 */
record Cell(DataType type, long domain, Made made) {

    /** How it is made. */
    sealed interface Made {}

    /** Read from memory {@code memory}, whose element index is the sum over the loops of index times stride. */
    record Load(int memory, List<Long> strides) implements Made {}

    /** The sum over the loops of index times stride. */
    record Count(List<Long> strides) implements Made {}

    /** The same everywhere. */
    record Fill(double value) implements Made {}

    /** A pointwise primitive. */
    record Map(Op op, List<Cell> in) implements Made {}

    /** Joined along the loops in {@code mask}. */
    record Join(Fold fold, Cell in, long mask) implements Made {}

    Kind kind() {
        return Kind.of(type);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
