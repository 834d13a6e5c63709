package org.borealis.model.llama;

import static org.borealis.model.llama.Dimensions.require;

import java.util.Optional;

/**
 * How tokens are shared out over experts.
 *
 * @param perToken experts that a token goes to
 * @param capacityFactor 0 if no token is ever dropped
 */
record Mixture(int experts, int perToken, double capacityFactor) {

    /** Empty if the model has no experts. */
    static Optional<Mixture> of(LlamaSettings settings) {
        int experts = settings.experts();
        require(experts >= 0, "experts has to be at least 0; got " + experts);
        if (experts == 0) {
            return Optional.empty();
        }
        int perToken = settings.expertsPerToken();
        require(
                perToken >= 1 && perToken <= experts,
                "expertsPerToken has to be from 1 to experts, which is " + experts + "; got " + perToken);
        double factor = settings.capacityFactor();
        require(factor >= 0, "capacityFactor has to be at least 0; got " + factor);
        require(settings.auxiliaryLoss() >= 0, "auxiliaryLoss has to be at least 0; got " + settings.auxiliaryLoss());
        require(!settings.bias_feedForward(), "experts have no bias; leave out bias.feedForward, or experts");
        return Optional.of(new Mixture(experts, perToken, factor));
    }

    /**
     * Slots of an expert for a sequence: its share of the tokens' choices times the factor (Fedus et al. 2022, equation 3), rounded up; no
     * more than there are tokens.
     */
    int capacity(int tokens) {
        double share = capacityFactor * tokens * perToken / experts;
        return capacityFactor == 0 ? tokens : (int) Math.min(tokens, Math.max(1, Math.ceil(share)));
    }
}
