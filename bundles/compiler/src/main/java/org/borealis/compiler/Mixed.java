package org.borealis.compiler;

import java.util.function.Supplier;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A value of a program that is being narrowed, in the types in which it is there so far; made in another when that is asked for. */
final class Mixed {

    /** What becomes of a value, and of what is computed from it. */
    enum Nature {
        /** Was not float32, and stays what it is. */
        FIXED,
        /** Given from outside in float32, or moved about since: is narrowed by the first operation that computes with it. */
        GIVEN,
        /** Computed in float32, and what is computed from it alone is too; is narrowed where it meets what is narrow or given. */
        WIDE,
        /** Computed in the narrow type. */
        NARROW
    }

    private final Nature nature;
    private final Supplier<Tensor> narrowing;
    private @Nullable Tensor wide;
    private @Nullable Tensor narrow;

    private Mixed(Nature nature, @Nullable Tensor wide, @Nullable Tensor narrow, Supplier<Tensor> narrowing) {
        this.nature = nature;
        this.wide = wide;
        this.narrow = narrow;
        this.narrowing = narrowing;
    }

    static Mixed fixed(Tensor tensor) {
        return new Mixed(Nature.FIXED, tensor, tensor, () -> tensor);
    }

    static Mixed narrow(Nature nature, Tensor narrow) {
        return new Mixed(nature, null, narrow, () -> narrow);
    }

    /** @param narrowing makes the narrow form, the first time that somebody wants it */
    static Mixed wide(Nature nature, Tensor wide, Supplier<Tensor> narrowing) {
        return new Mixed(nature, wide, null, narrowing);
    }

    Nature nature() {
        return nature;
    }

    /** Whether it makes an operation narrow that takes it together with others. */
    boolean narrows() {
        return nature == Nature.GIVEN || nature == Nature.NARROW;
    }

    Tensor wide() {
        if (wide == null) {
            wide = narrow().as(DataType.FLOAT32);
        }
        return wide;
    }

    Tensor narrow() {
        if (narrow == null) {
            narrow = narrowing.get();
        }
        return narrow;
    }

    /** As it was computed. */
    Tensor own() {
        return nature == Nature.NARROW ? narrow() : wide();
    }
}
