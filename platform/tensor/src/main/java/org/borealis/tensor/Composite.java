package org.borealis.tensor;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An operation that anybody may add: it means what {@link #decompose} says, and a backend that {@code fuses} it may run it faster.
 *
 * <p>Implement it as a record. It takes sizes from its inputs, never from its settings, so that it can be split over devices.
 */
@ConsumerType
public non-sealed interface Composite extends Op {

    /** What this operation means, in other operations; in the end in primitives. */
    List<Tensor> decompose(List<Tensor> inputs);

    /**
     * Gradients of the inputs, one for each input of a float type, in order, given what flows back into each output; or an empty list
     * to have the decomposition differentiated instead.
     *
     * @param outputs what this operation gave for {@code inputs}
     * @param gradients for each output the gradient that arrives there, or nothing if none does
     */
    default List<Tensor> pull(List<Tensor> inputs, List<Tensor> outputs, List<Optional<Tensor>> gradients) {
        return List.of();
    }

    /**
     * Whether the first dim of every input and output counts things that have nothing to do with each other, such as the sequences of
     * a batch: an operation on some of them gives what it gives for those among all. Ranks that share them out do so each on its own.
     * To be said where the decomposition does not show it, because it puts all of them into one table.
     */
    default boolean isBatched() {
        return false;
    }

    @Override
    default List<TensorType> infer(List<TensorType> inputs) {
        var program = Program.trace(label(), inputs, this::decompose);
        return program.outputs().stream().map(o -> program.type(o.value())).toList();
    }
}
