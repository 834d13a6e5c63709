package org.borealis.model.gpt;

import java.util.ArrayList;
import java.util.List;
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
import org.borealis.tensor.composite.LayerEnd;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;

/** GPT-2 (Radford et al. 2019) without dropout. */
@Component(
        configurationPid = "org.borealis.model.gpt",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ModelFamily.NAME + "=gpt")
@Designate(ocd = GptSettings.class, factory = true)
public final class Gpt implements ModelFamily {
    private final Dimensions sizes;
    private final Parameter embedding; // [V, C]
    private final Parameter position; // [S, C]
    private final List<Block> blocks;
    private final Norm norm;
    private final Parameter output; // [V, C]

    private record Block(SelfAttention attention, FeedForward feedForward) {
        Tensor apply(Weights weights, Tensor x, Context context) {
            x = x.plus(attention.apply(weights, x, context)); // [B, T, C]
            return x.plus(feedForward.apply(weights, x));
        }

        Stream<Parameter> parameters() {
            return Stream.concat(attention.parameters(), feedForward.parameters());
        }
    }

    /** @throws org.borealis.tensor.BorealisException if the settings contradict each other */
    @Activate
    public Gpt(GptSettings settings) {
        sizes = Dimensions.of(settings);
        double deviation = settings.initialDeviation();
        embedding = Parameter.normal("embedding.weight", deviation, sizes.vocabulary(), sizes.hidden())
                .of(LogicalDim.VOCABULARY, LogicalDim.HIDDEN);
        position = Parameter.normal("position.weight", deviation, sizes.sequence(), sizes.hidden())
                .of(LogicalDim.POSITIONS, LogicalDim.HIDDEN);
        blocks = IntStream.range(0, sizes.layers())
                .mapToObj(layer ->
                        new Block(SelfAttention.of(layer, sizes, settings), FeedForward.of(layer, sizes, settings)))
                .toList();
        norm = Norm.of("norm", sizes.hidden(), settings);
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
        parameters.add(position);
        blocks.stream().flatMap(Block::parameters).forEach(parameters::add);
        norm.parameters().forEach(parameters::add);
        if (output != embedding) {
            parameters.add(output);
        }
        return List.copyOf(parameters);
    }

    @Override
    public Tensor hidden(Weights weights, Tensor tokens, Context context) {
        Dimensions.require(
                tokens.dim(1) <= sizes.sequence(),
                tokens.dim(1) + " tokens are more than the " + sizes.sequence() + " positions it has learned");
        var positions = weights.of(position).gather(context.positions(tokens)); // [T, C]
        var x = weights.of(embedding).gather(tokens).plus(positions); // [B, T, C]
        x = LayerEnd.mark("embedding", x);
        for (int layer = 0; layer < blocks.size(); layer++) {
            x = LayerEnd.mark("blocks." + layer, blocks.get(layer).apply(weights, x, context));
        }
        return norm.apply(weights, x);
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
        return new CacheShape(sizes.layers(), sizes.heads(), sizes.headSize());
    }

    /**
     * Six for each weight of a matrix product (two forward, four backward; Kaplan et al. 2020), and 6 T C a layer for attention:
     * scores and their product with the values take 4 T C forward, of which a causal mask leaves half, and backward is twice that.
     */
    @Override
    public double trainingFlopsPerToken() {
        double weights = Stream.concat(blocks.stream().flatMap(Block::parameters), Stream.of(output))
                .filter(Parameter::decays)
                .mapToDouble(parameter -> parameter.shape().elements())
                .sum();
        return 6 * weights + 6.0 * sizes.layers() * sizes.hidden() * sizes.sequence();
    }
}
