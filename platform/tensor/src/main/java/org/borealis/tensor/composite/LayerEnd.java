package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Marks where a layer of a model ends: the same tensor, at no cost. Rematerialisation keeps these values and computes those in between
 * again.
 *
 * @param layer name of the layer that ends here, such as {@code blocks.3}
 */
@ProviderType
public record LayerEnd(String layer) implements Composite {

    /** Marks {@code hidden} as what the layer hands on. */
    public static Tensor mark(String layer, Tensor hidden) {
        return hidden.apply(new LayerEnd(layer)).get(0);
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        return List.of(in.get(0));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients.get(0).map(List::of).orElse(List.of());
    }
}
