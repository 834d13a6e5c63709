package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A loss that training makes small together with another one, which it does not show: the value of the first and the gradients of both.
 * So a loss in nats a token stays one, and can be compared between models.
 *
 * <p>Inputs two scalars of one type; output a scalar.
 */
@ProviderType
public record AuxiliaryLoss() implements Composite {

    /** {@code loss}, with {@code auxiliary} to be made small, too. */
    public static Tensor add(Tensor loss, Tensor auxiliary) {
        return loss.apply(new AuxiliaryLoss(), auxiliary).get(0);
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        return List.of(in.get(0));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients.get(0).map(g -> List.of(g, g)).orElse(List.of());
    }
}
