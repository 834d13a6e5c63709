package org.borealis.train;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A rule that turns gradients into better parameters, written in tensor operations so that it runs on every backend; registered as a
 * service with the property {@value #NAME}.
 */
@ConsumerType
public interface Optimizer {
    /** Service property that names the optimizer in recipes. */
    String NAME = "optimizer.name";

    /** Learning rate per step, before the schedule's factor. */
    double rate();

    /** Greatest global norm of the gradient; longer ones are scaled down to it. 0 means no limit. */
    double clip();

    /**
     * What is remembered of a parameter between steps.
     *
     * @param type of the parameter's value and gradient
     */
    List<State> state(Parameter parameter, DataType type);

    /**
     * Whether a parameter's elements are updated without regard to each other, as by Adam, so that ranks may each update a part of it and
     * remember no more than that. An update that looks at the whole, at singular values, norms, or sums over rows, says no, and then
     * gets whole tensors on every mesh: with ZeRO, one rank owns each such parameter, sums up its gradient, remembers its state, and
     * hands the new value to the others.
     *
     * <p>Says the same of a parameter for as long as the optimizer lives. A wrong yes costs time, as ranks then gather in the middle of
     * the update what it needs whole; it does not make the result wrong.
     */
    default boolean isElementwise(Parameter parameter) {
        return true;
    }

    /**
     * Traces one update.
     *
     * @param value the parameter's present value
     * @param gradient of the mean loss, clipped; of the value's type and shape
     * @param state in the order of {@link #state}
     */
    Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step);

    /**
     * A remembered tensor.
     *
     * @param name unique within the parameter, such as {@code moment1}
     * @param initial value of every element before the first step
     */
    record State(String name, TensorType type, double initial) {}

    /** New value and new state, of the same types as before. */
    record Update(Tensor value, List<Tensor> state) {
        public Update {
            state = List.copyOf(state);
        }
    }

    /**
     * When the update happens.
     *
     * @param number counted from 1; FLOAT64 scalar
     * @param rate learning rate of this step; FLOAT64 scalar
     */
    record Step(Tensor number, Tensor rate) {}
}
