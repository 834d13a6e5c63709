package org.borealis.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.QkClip;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A rule that turns gradients into better parameters, written in tensor operations so that it runs on every backend; registered as a
 * service with the property {@value #NAME}.
 *
 * <p>Most say only {@link #rate}, {@link #clip}, {@link #state} and {@link #update}. What comes after these is for rules that do
 * something every few updates, look at all parameters together, estimate curvature, or evaluate elsewhere than where they train.
 */
@ConsumerType
public interface Optimizer {
    /** Service property that names the optimizer in recipes. */
    String NAME = "optimizer.name";

    /** The kind of all updates of an optimizer that has one kind. */
    String UPDATE = "update";

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
     * Traces one update.
     *
     * @param value the parameter's present value
     * @param gradient of the mean loss, clipped; of the value's type and shape
     * @param state in the order of {@link #state}
     */
    Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step);

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
     * Names of the kinds of updates, plain words: where something is done every few updates only, such as a new preconditioner, the
     * updates that do it are a kind of their own. Each kind is traced, and its programs are compiled when the run starts.
     */
    default List<String> kinds() {
        return List.of(UPDATE);
    }

    /**
     * Which of {@link #kinds} an update is.
     *
     * @param number of the update, counted from 1
     */
    default String kind(long number) {
        return UPDATE;
    }

    /** Numbers that are remembered of the run instead of a parameter, by name, as before the first update; kept in float64 by the host. */
    default Map<String, Double> numbers() {
        return Map.of();
    }

    /**
     * Traces what a parameter adds to sums over all parameters, scalars by name; {@link #numbers(Map, Map, Pace)} gets the sums. The
     * names are the same for every parameter. A parameter of which ranks have parts adds what the whole would add.
     *
     * @param state before the update
     * @param step of the first of {@link #kinds}, with the numbers as they are before the update
     */
    default Map<String, Tensor> sums(
            Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
        return Map.of();
    }

    /**
     * The numbers that an update works with, and that are remembered after it: a pure function.
     *
     * @param before as remembered, with the names of {@link #numbers()}
     * @param sums of what the parameters add by {@link #sums}
     */
    default Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
        return before;
    }

    /** Before each how many-th update {@link #observe} is called, the first included; 0 means never. */
    default long observesEvery() {
        return 0;
    }

    /**
     * Traces new state, given a gradient for labels that were drawn from the model's own predictions, as estimates of the Gauss-Newton
     * matrix's diagonal need it (Liu et al. 2024, section 2.3).
     *
     * @param gradient of the mean loss over one batch with drawn labels; not clipped
     * @param labels how many were drawn; FLOAT64 scalar
     */
    default List<Tensor> observe(
            Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Tensor labels) {
        return state;
    }

    /**
     * Traces the value to evaluate, to generate with and to publish; {@code value} itself, unless training takes gradients elsewhere
     * than where the model is best, as schedule-free rules do (Defazio et al. 2024).
     *
     * @return of the value's type
     */
    default Tensor evaluated(Parameter parameter, Tensor value, List<Tensor> state) {
        return value;
    }

    /**
     * What attention scores are limited to, whatever the rule: after each update, query and key weights of heads whose greatest score
     * over the step's batches lies above the threshold are multiplied with the factors of the clip. Heads that share keys shrink
     * together, by the greatest score of them all, as in Megatron-LM. Empty for no limit, which costs nothing; otherwise each forward
     * pass computes the scores once more.
     *
     * <p>Needs a model that says what makes its queries and keys ({@link org.borealis.model.ModelFamily#attentions}).
     */
    default Optional<QkClip> qkClip() {
        return Optional.empty();
    }

    /**
     * A remembered tensor.
     *
     * @param name unique within the parameter, such as {@code moment1}
     */
    record State(String name, TensorType type, Initial initial) {

        /** @param initial value of every element before the first update */
        public State(String name, TensorType type, double initial) {
            this(name, type, new Initial.Fill(initial));
        }

        /**
         * One that begins as the parameter's first value.
         *
         * @param type of the parameter's shape
         */
        public static State copy(String name, TensorType type) {
            return new State(name, type, new Initial.Copy());
        }

        /** What is remembered before the first update. */
        public sealed interface Initial {
            /** Every element {@code value}. */
            record Fill(double value) implements Initial {}

            /** The parameter's value. */
            record Copy() implements Initial {}
        }
    }

    /** New value and new state, of the same types as before. */
    record Update(Tensor value, List<Tensor> state) {
        public Update {
            state = List.copyOf(state);
        }
    }

    /**
     * When an update happens, for the host.
     *
     * @param number counted from 1
     * @param rate learning rate of this step
     * @param decay what weight decay is multiplied with
     */
    record Pace(long number, double rate, double decay) {}

    /**
     * When the update that is traced happens.
     *
     * @param kind one of {@link #kinds}
     * @param number counted from 1; FLOAT64 scalar
     * @param rate learning rate of this step; FLOAT64 scalar
     * @param ramp what weight decay is multiplied with, if the recipe changes it over the run; FLOAT64 scalar
     * @param numbers FLOAT64 scalars by name
     */
    record Step(String kind, Tensor number, Tensor rate, Optional<Tensor> ramp, Map<String, Tensor> numbers) {
        public Step {
            numbers = Map.copyOf(numbers);
        }

        /** Of an optimizer that has one kind of update and no numbers, with steady weight decay. */
        public Step(Tensor number, Tensor rate) {
            this(UPDATE, number, rate, Optional.empty(), Map.of());
        }

        /** Weight decay of this step, a FLOAT64 scalar. */
        public Tensor decay(double weightDecay) {
            return ramp.map(factor -> factor.times(weightDecay)).orElseGet(() -> rate.scalar(weightDecay));
        }

        /** One of {@link #numbers}. */
        public Tensor get(String name) {
            var found = numbers.get(name);
            if (found == null) {
                throw new IllegalArgumentException("no number '" + name + "' among " + numbers.keySet());
            }
            return found;
        }
    }
}
