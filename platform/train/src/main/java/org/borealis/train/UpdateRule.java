package org.borealis.train;

import java.util.Arrays;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An optimizer that knows its rate, clip and weight decay when it is made, with the arithmetic that most rules share, so that what
 * extends it reads like the algorithm of its paper.
 *
 * <p>A component that extends it names its service: {@code @Component(service = Optimizer.class, ..)}.
 */
@ConsumerType
public abstract class UpdateRule implements Optimizer {
    private final String name;
    private final double rate;
    private final double clip;
    private final double weightDecay;

    /**
     * Checks the settings that are common to all.
     *
     * @param name as in recipes, for errors
     * @throws BorealisException if one of them is negative
     */
    protected UpdateRule(String name, double rate, double clip, double weightDecay) {
        this.name = name;
        this.rate = notNegative("rate", rate);
        this.clip = notNegative("clip", clip);
        this.weightDecay = notNegative("weightDecay", weightDecay);
    }

    @Override
    public final double rate() {
        return rate;
    }

    @Override
    public final double clip() {
        return clip;
    }

    /** Throws unless a demand on the settings holds; {@code demand} says what has to be, and what was given. */
    protected final void require(boolean holds, String demand) {
        if (!holds) {
            throw new BorealisException("optimizer-settings", name + ": " + demand);
        }
    }

    /** A setting that has to be 0 or more. */
    protected final double notNegative(String setting, double value) {
        require(value >= 0, setting + " has to be at least 0; got " + value);
        return value;
    }

    /** A setting that says how much is kept from step to step: at least 0, less than 1. */
    protected final double kept(String setting, double value) {
        require(value >= 0 && value < 1, setting + " has to be at least 0 and less than 1; got " + value);
        return value;
    }

    /** The setting {@code betas}: this many numbers, each at least 0 and less than 1. */
    protected final double[] betas(int count, double... betas) {
        require(betas.length == count, "betas has to be " + count + " numbers; got " + Arrays.toString(betas));
        for (double beta : betas) {
            require(
                    beta >= 0 && beta < 1,
                    "betas have to be at least 0 and less than 1; got " + Arrays.toString(betas));
        }
        return betas.clone();
    }

    /** Whether a parameter loses weight. */
    protected final boolean decays(Parameter parameter) {
        return parameter.decays() && weightDecay != 0;
    }

    /** Gradient of the loss and of half the squared weights times the weight decay. */
    protected final Tensor withDecay(Parameter parameter, Tensor gradient, Tensor value, Step step) {
        return decays(parameter) ? gradient.plus(scaled(value, step.decay(weightDecay))) : gradient;
    }

    /** The value less rate times weight decay of it (Loshchilov and Hutter 2019). */
    protected final Tensor decayed(Parameter parameter, Tensor value, Step step) {
        return decays(parameter) ? decayed(value, step.rate(), step) : value;
    }

    /** As {@link #decayed(Parameter, Tensor, Step)} of a parameter that decays, with another rate. */
    protected final Tensor decayed(Tensor value, Tensor rate, Step step) {
        return scaled(value, complement(rate.times(step.decay(weightDecay))));
    }

    /** What of a moving average comes from before, and the rest from {@code next}. */
    protected static Tensor average(Tensor before, Tensor next, double kept) {
        return before.times(kept).plus(next.times(1 - kept));
    }

    /** As {@link #average(Tensor, Tensor, double)}. */
    protected static Tensor average(Tensor before, Tensor next, Tensor kept) {
        return scaled(before, kept).plus(scaled(next, complement(kept)));
    }

    /** The share of its numbers that a moving average from 0 has after some updates: 1 - kept^number (Kingma and Ba 2015, section 3). */
    protected static Tensor correction(double kept, Tensor number) {
        return complement(number.scalar(kept).power(number));
    }

    /** A moving average from 0, divided by its {@link #correction}. */
    protected static Tensor corrected(Tensor average, double kept, Step step) {
        return scaled(average, correction(kept, step.number()).reciprocal());
    }

    /** Root of a corrected moving average of squares. */
    protected static Tensor deviation(Tensor squares, double kept, Step step) {
        return scaled(squares.sqrt(), correction(kept, step.number()).sqrt().reciprocal());
    }

    /** 1 - x. */
    protected static Tensor complement(Tensor x) {
        return x.negate().plus(1);
    }

    /** A tensor times a FLOAT64 scalar. */
    protected static Tensor scaled(Tensor x, Tensor number) {
        return x.times(number.as(x.type().type()));
    }

    /** Euclidean norm of all elements, a scalar of the tensor's type. */
    protected static Tensor norm(Tensor x) {
        return x.times(x).sum().sqrt();
    }

    /** Whether this is the first update, as BOOL scalar. */
    protected static Tensor isFirst(Step step) {
        return step.number().equalTo(step.number().scalar(1));
    }

    /** A tensor of the parameter's shape that begins as zeros. */
    protected static State zeros(String name, Parameter parameter, DataType type) {
        return new State(name, new TensorType(type, parameter.shape()), 0);
    }
}
