package org.borealis.parallel;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to spread a run over one axis of the mesh: it says where tensors are, and nothing else. The programs of a rank, with all
 * communication in them, follow from that. Registered as a service with the property {@value #AXIS}.
 */
@ConsumerType
public interface ParallelStrategy {
    /** Service property that names the axis. */
    String AXIS = "parallel.axis";

    /**
     * Where a parameter, a gradient or what an optimizer remembers is kept between programs.
     *
     * @throws org.borealis.tensor.ShapeException if it can't be split as this strategy has to
     */
    Placement kept(Held tensor, int ranks);

    /** Where programs that compute the loss have a parameter; gathered just before if it is {@link #kept} elsewhere. */
    default Placement used(Held parameter, int ranks) {
        return kept(parameter, ranks);
    }

    /** Where the tokens and targets of a batch are, [B, T]. */
    Placement batch(int ranks);

    /**
     * Where a tensor goes that is needed whole, and of which every rank has a summand so far: to all, or to each a part.
     *
     * @param type of the whole tensor
     */
    default Placement settled(TensorType type, int ranks) {
        return Placement.REPLICATE;
    }

    /**
     * Where an operation has to have its inputs, or an empty list if they may be where they are. Outputs of the first input's rank go back
     * to where that was.
     *
     * @param inputs types of the whole inputs
     */
    default List<Placement> wanted(Composite op, List<TensorType> inputs, int ranks) {
        return List.of();
    }

    /**
     * How the ranks do an operation that means something else on their parts than on the whole, in operations on the parts and
     * {@link org.borealis.tensor.Collective}s of this axis; empty to have it opened. Asked where the inputs are as {@link #wanted} says.
     *
     * @param parts what a rank has of the inputs
     */
    default Optional<Together> together(Composite op, List<Tensor> parts, int ranks) {
        return Optional.empty();
    }

    /**
     * What the ranks made together.
     *
     * @param parts what a rank has of each output
     * @param at where the outputs are
     */
    record Together(List<Tensor> parts, List<Placement> at) {
        public Together {
            parts = List.copyOf(parts);
            at = List.copyOf(at);
        }
    }
}
