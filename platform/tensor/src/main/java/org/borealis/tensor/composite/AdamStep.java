package org.borealis.tensor.composite;

import java.util.List;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One update of Adam (Kingma and Ba 2015) or, when {@code decoupled}, AdamW (Loshchilov and Hutter 2019), as torch.optim computes it.
 *
 * <p>Inputs parameter, gradient, first moment, second moment, all of one type and shape, then FLOAT64 scalars: rate, and the number of
 * this update counted from 1. Outputs parameter, first moment, second moment.
 *
 * @param weightDecay per unit of rate; added to the gradient unless {@code decoupled}
 */
@ProviderType
public record AdamStep(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
        implements Composite {

    @Override
    public boolean inPlace(int input, int output) {
        return input == 0 && output == 0 || input == 2 && output == 1 || input == 3 && output == 2;
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var parameter = in.get(0);
        var type = parameter.type().type();
        var gradient = in.get(1);
        var rate = in.get(4);
        var number = in.get(5);
        if (decoupled) {
            parameter = parameter.times(rate.times(-weightDecay).plus(1).as(type));
        } else if (weightDecay != 0) {
            gradient = gradient.plus(parameter.times(weightDecay));
        }
        var first = in.get(2).times(beta1).plus(gradient.times(1 - beta1));
        var second = in.get(3).times(beta2).plus(gradient.times(gradient).times(1 - beta2));
        var correction1 = number.scalar(beta1).power(number).negate().plus(1);
        var correction2 = number.scalar(beta2).power(number).negate().plus(1);
        var deviation = second.sqrt().dividedBy(correction2.sqrt().as(type)).plus(epsilon);
        var update =
                first.dividedBy(deviation).times(rate.dividedBy(correction1).as(type));
        return List.of(parameter.minus(update), first, second);
    }
}
