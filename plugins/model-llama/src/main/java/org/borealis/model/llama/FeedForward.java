package org.borealis.model.llama;

import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.tensor.Tensor;

/** What a layer does to each position alone. */
sealed interface FeedForward permits DenseFeedForward, Experts {

    static FeedForward of(int layer, Dimensions sizes, LlamaSettings settings) {
        return sizes.mixture()
                .<FeedForward>map(mixture -> Experts.of(layer, sizes, mixture, settings))
                .orElseGet(() -> DenseFeedForward.of(layer, sizes, settings));
    }

    /**
     * What it gives for hidden states [B, T, C].
     *
     * @param states [B, T, C]
     * @param imbalance each token's share in how unevenly experts are used, [B, T]; empty without experts
     */
    record Result(Tensor states, Optional<Tensor> imbalance) {}

    Result apply(Weights weights, Tensor x);

    Stream<Parameter> parameters();
}
