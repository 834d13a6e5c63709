package org.borealis.model.llama;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.model.AttentionHeads;
import org.borealis.model.CacheShape;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.AuxiliaryLoss;
import org.borealis.tensor.composite.LayerEnd;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;

/** Llama (Touvron et al. 2023), which with the right settings is also Mistral, Qwen 2 or Mixtral. */
@Component(
        configurationPid = "org.borealis.model.llama",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ModelFamily.NAME + "=llama")
@Designate(ocd = LlamaSettings.class, factory = true)
public final class Llama implements ModelFamily {
    private final Dimensions sizes;
    private final RotaryFrequencies rotary;
    private final Parameter embedding; // [V, C]
    private final List<Block> blocks;
    private final Norm norm;
    private final Parameter output; // [V, C]
    private final double auxiliaryLoss;

    private record Block(SelfAttention attention, FeedForward feedForward) {
        FeedForward.Result apply(
                Weights weights, FeedForward.Result before, RotaryFrequencies.Tables rotary, Context context) {
            var x = before.states(); // [B, T, C]
            x = x.plus(attention.apply(weights, x, rotary, context));
            var result = feedForward.apply(weights, x);
            var imbalance = Stream.of(before.imbalance(), result.imbalance())
                    .flatMap(Optional::stream)
                    .reduce(Tensor::plus);
            return new FeedForward.Result(x.plus(result.states()), imbalance);
        }

        Stream<Parameter> parameters() {
            return Stream.concat(attention.parameters(), feedForward.parameters());
        }
    }

    /** @throws org.borealis.tensor.BorealisException if the settings contradict each other */
    @Activate
    public Llama(LlamaSettings settings) {
        sizes = Dimensions.of(settings);
        rotary = RotaryFrequencies.of(settings, sizes);
        double deviation = settings.initialDeviation();
        embedding = Parameter.normal("embedding.weight", deviation, sizes.vocabulary(), sizes.hidden())
                .of(LogicalDim.VOCABULARY, LogicalDim.HIDDEN);
        blocks = IntStream.range(0, sizes.layers())
                .mapToObj(layer ->
                        new Block(SelfAttention.of(layer, sizes, settings), FeedForward.of(layer, sizes, settings)))
                .toList();
        norm = Norm.of("norm", sizes.hidden(), settings.epsilon());
        auxiliaryLoss = settings.auxiliaryLoss();
        output = settings.tied()
                ? embedding
                : Parameter.normal("output.weight", deviation, sizes.vocabulary(), sizes.hidden())
                        .of(LogicalDim.VOCABULARY, LogicalDim.HIDDEN);
    }

    @Override
    public List<Parameter> parameters() {
        sizes.requireVocabulary();
        var parameters = new ArrayList<Parameter>();
        parameters.add(embedding);
        blocks.stream().flatMap(Block::parameters).forEach(parameters::add);
        parameters.add(norm.weight());
        if (output != embedding) {
            parameters.add(output);
        }
        return List.copyOf(parameters);
    }

    @Override
    public Tensor hidden(Weights weights, Tensor tokens, Context context) {
        return layers(weights, tokens, context).states();
    }

    private FeedForward.Result layers(Weights weights, Tensor tokens, Context context) {
        var x = weights.of(embedding).gather(tokens); // [B, T, C]
        var tables = rotary.tables(context.positions(tokens), x.type().type());
        var result = new FeedForward.Result(LayerEnd.mark("embedding", x), Optional.empty());
        for (int layer = 0; layer < blocks.size(); layer++) {
            var next = blocks.get(layer).apply(weights, result, tables, context);
            result = new FeedForward.Result(LayerEnd.mark("blocks." + layer, next.states()), next.imbalance());
        }
        return new FeedForward.Result(norm.apply(weights, result.states()), result.imbalance());
    }

    /** With experts, training makes them be used evenly, too; the loss does not show it. */
    @Override
    public Tensor loss(Weights weights, Tensor tokens, Tensor targets) {
        var result = layers(weights, tokens, Context.causal());
        var loss = lossOf(weights, result.states(), targets);
        return result.imbalance()
                .filter(_ -> auxiliaryLoss > 0)
                .map(imbalance -> AuxiliaryLoss.add(
                        loss,
                        imbalance.sum().times(auxiliaryLoss / imbalance.shape().elements())))
                .orElse(loss);
    }

    @Override
    public Tensor logits(Weights weights, Tensor hidden) {
        return hidden.linear(weights.of(output)); // [.., V]
    }

    @Override
    public int sequence() {
        return sizes.sequence();
    }

    @Override
    public int vocabulary() {
        return sizes.vocabulary();
    }

    @Override
    public List<AttentionHeads> attentions() {
        return blocks.stream().map(block -> block.attention().attention()).toList();
    }

    @Override
    public CacheShape cache() {
        return new CacheShape(sizes.layers(), sizes.keyHeads(), sizes.headSize());
    }

    /**
     * Six for each weight of a matrix product (two forward, four backward; Kaplan et al. 2020), and 6 T H D a layer for attention:
     * scores and their product with the values take 4 T H D forward, of which a causal mask leaves half, and backward is twice that.
     * Of experts, those count that a token goes to.
     */
    @Override
    public double trainingFlopsPerToken() {
        double weights = Stream.concat(blocks.stream().flatMap(Block::parameters), Stream.of(output))
                .filter(Parameter::decays)
                .mapToDouble(parameter -> parameter.shape().elements() * share(parameter))
                .sum();
        return 6 * weights + 6.0 * sizes.layers() * sizes.heads() * sizes.headSize() * sizes.sequence();
    }

    /** Of a parameter's weights those that a token meets. */
    private double share(Parameter parameter) {
        return parameter.dims().contains(LogicalDim.EXPERTS)
                ? sizes.mixture()
                        .map(mixture -> (double) mixture.perToken() / mixture.experts())
                        .orElse(1.0)
                : 1;
    }
}
