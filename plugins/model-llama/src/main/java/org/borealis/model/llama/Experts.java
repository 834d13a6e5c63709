package org.borealis.model.llama;

import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Combine;
import org.borealis.tensor.composite.Dispatch;
import org.borealis.tensor.composite.ExpertSlots;
import org.borealis.tensor.composite.Router;
import org.borealis.tensor.composite.SwiGlu;
import org.borealis.tensor.composite.TopK;

/**
 * A feed-forward layer for each of E experts, of which a token goes to the K that the router thinks best (Mixtral, Jiang et al. 2024):
 * sum over these of w SwiGlu(x gate, x up) down, where w is the expert's probability among the K. With one expert a token, w is its
 * probability among all, as otherwise the router would not learn (Switch, Fedus et al. 2022).
 *
 * @param gate [E, C, F]
 * @param up [E, C, F]
 * @param down [E, F, C]
 */
record Experts(Norm norm, Parameter router, Parameter gate, Parameter up, Parameter down, Mixture mixture)
        implements FeedForward {

    static Experts of(int layer, Dimensions sizes, Mixture mixture, LlamaSettings settings) {
        String name = "layers." + layer + ".feedForward.";
        int experts = mixture.experts();
        int hidden = sizes.hidden();
        int channels = sizes.feedForward();
        double deviation = settings.initialDeviation();
        return new Experts(
                Norm.of(name + "norm", hidden, settings.epsilon()),
                Parameter.normal(name + "router.weight", deviation, experts, hidden), // every rank chooses
                Parameter.normal(name + "experts.gate.weight", deviation, experts, hidden, channels)
                        .of(LogicalDim.EXPERTS, LogicalDim.HIDDEN, LogicalDim.FEED_FORWARD),
                Parameter.normal(name + "experts.up.weight", deviation, experts, hidden, channels)
                        .of(LogicalDim.EXPERTS, LogicalDim.HIDDEN, LogicalDim.FEED_FORWARD),
                Parameter.normal(
                                name + "experts.down.weight",
                                deviation / Math.sqrt(2.0 * sizes.layers()),
                                experts,
                                channels,
                                hidden)
                        .of(LogicalDim.EXPERTS, LogicalDim.FEED_FORWARD, LogicalDim.HIDDEN),
                mixture);
    }

    @Override
    public Result apply(Weights weights, Tensor x) {
        var normal = norm.apply(weights, x); // [B, T, C]
        var probabilities = normal.apply(new Router(), weights.of(router)).get(0); // [B, T, E]
        var best = probabilities.apply(new TopK(mixture.perToken()));
        var chosen = best.get(1); // [B, T, K]
        var share = mixture.perToken() == 1
                ? best.get(0)
                : best.get(0).dividedBy(best.get(0).sum(-1));
        var places = chosen.apply(new ExpertSlots(mixture.experts(), mixture.capacity(x.dim(1))));
        var slots = places.get(0); // [B, T, K]
        var choices = places.get(1); // [B, M], M slots
        var tokens = normal.apply(new Dispatch(), choices, slots).get(0); // [B, M, C]
        var worked = byToken(work(weights, byExpert(tokens)), tokens.shape());
        var mixed = worked.apply(new Combine(), share.as(x.type().type()), slots, choices)
                .get(0);
        return new Result(mixed, Optional.of(imbalance(probabilities, chosen)));
    }

    /** [B, M, C] to [E, R, C]. */
    private Tensor byExpert(Tensor tokens) {
        int experts = mixture.experts();
        int batch = tokens.dim(0);
        int capacity = tokens.dim(1) / experts;
        return tokens.reshape(batch, experts, capacity, tokens.dim(2))
                .swap(0, 1)
                .reshape(experts, Math.multiplyExact(batch, capacity), tokens.dim(2));
    }

    private Tensor byToken(Tensor rows, Shape shape) {
        int experts = mixture.experts();
        return rows.reshape(experts, shape.dim(0), shape.dim(1) / experts, shape.dim(2))
                .swap(0, 1)
                .reshape(shape);
    }

    private Tensor work(Weights weights, Tensor rows) {
        var gated = rows.matmul(weights.of(gate))
                .apply(new SwiGlu(), rows.matmul(weights.of(up)))
                .get(0); // [E, R, F]
        return gated.matmul(weights.of(down)); // [E, R, C]
    }

    /**
     * The mean over the tokens of a sequence is E times the sum over experts of the share of choices that fell on an expert times its mean
     * probability: 1 if experts are used evenly, more if not (Fedus et al. 2022, equation 4; by sequence as in DeepSeek-V3, 2024, equation
     * 17). Only the probabilities have a gradient.
     */
    private Tensor imbalance(Tensor probabilities, Tensor chosen) {
        int experts = mixture.experts();
        int batch = chosen.dim(0);
        int count = chosen.shape().joined(1, 3);
        var ids = chosen.iota(2, TensorType.of(DataType.INT32, 1, 1, experts));
        var used = chosen.reshape(batch, count, 1)
                .equalTo(ids)
                .as(probabilities.type().type())
                .sum(1)
                .times((double) experts / count); // [B, 1, E]
        return probabilities.times(used).sum(-1).reshape(batch, chosen.dim(1));
    }

    @Override
    public Stream<Parameter> parameters() {
        return Stream.of(norm.weight(), router, gate, up, down);
    }
}
