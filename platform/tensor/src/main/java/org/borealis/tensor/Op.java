package org.borealis.tensor;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One kind of step in a {@link Program}: a {@link Primitive}, which every backend runs, a {@link Composite}, which stands for
 * primitives and may be run faster by a backend that knows it, or a {@link Collective}, in which several ranks work together.
 *
 * <p>Operations are values: equal operations on equal inputs give equal outputs, bit for bit.
 */
@ProviderType
public sealed interface Op permits Primitive, Collective, Composite {

    /**
     * Types of the outputs.
     *
     * @throws ShapeException if the inputs do not fit; the message names the operation, what it wanted and what came
     */
    List<TensorType> infer(List<TensorType> inputs);

    /**
     * Whether output {@code output} may be written over input {@code input}, if the two have the same size: element i of the output is
     * computed from element i of that input, which is not read again. Every backend has to cope where this is true.
     */
    default boolean inPlace(int input, int output) {
        return false;
    }

    /** Name in printed programs and messages; settings in brackets, such as {@code reduce(SUM, 1)}. */
    default String label() {
        return Labels.of(this);
    }
}
