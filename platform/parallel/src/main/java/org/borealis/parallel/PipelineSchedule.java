package org.borealis.parallel;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * In which order the stages of a pipeline compute the micro-batches of a step. Registered as a service with the property
 * {@value #NAME}.
 *
 * <p>The layers of a model are cut into {@code stages * chunks} parts; chunk c of stage s is part {@code c * stages + s} (Narayanan et
 * al. 2021). What a part hands on is sent as soon as it is computed, and received when it is needed, so no action says so.
 */
@ConsumerType
public interface PipelineSchedule {
    /** Service property that names the schedule. */
    String NAME = "pipeline.schedule";

    /**
     * What one stage computes in a step, in this order. Pure: the same for the same numbers.
     *
     * <p>Of every chunk and micro-batch there is one {@link Forward}, and later one {@link Backward}, or a {@link BackwardInput} and
     * later a {@link BackwardWeight}; each chunk comes to the micro-batches of any one kind of action in ascending order.
     *
     * @param stage from 0
     * @param chunks parts of the model that each stage has
     * @param batches micro-batches of a step
     * @throws org.borealis.tensor.BorealisException with code {@code pipeline} if the schedule can't be made for these numbers
     */
    List<Action> actions(int stage, int stages, int chunks, int batches);

    /** A piece of a stage's work, on one micro-batch and one of the stage's chunks, both from 0. */
    @ProviderType
    sealed interface Action {
        /** Micro-batch of the step, from 0. */
        int batch();

        /** Of the stage's, from 0. */
        int chunk();

        /** Part of the model that computes. */
        default int part(int stage, int stages) {
            return chunk() * stages + stage;
        }

        /** Whether activations of the forward pass are of no use any more when it is done. */
        default boolean isLast() {
            return this instanceof Backward || this instanceof BackwardWeight;
        }
    }

    /** Activations, from those of the part before. */
    record Forward(int batch, int chunk) implements Action {}

    /** Gradients of the chunk's input and parameters, from that of its output. */
    record Backward(int batch, int chunk) implements Action {}

    /** Gradient of the chunk's input only, for which the part before waits. */
    record BackwardInput(int batch, int chunk) implements Action {}

    /** Gradients of the chunk's parameters, for which nobody waits before the update. */
    record BackwardWeight(int batch, int chunk) implements Action {}
}
