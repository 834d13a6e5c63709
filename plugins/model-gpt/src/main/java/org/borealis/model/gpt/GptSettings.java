package org.borealis.model.gpt;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Settings of the family {@code gpt}. */
@ObjectClassDefinition(
        name = "GPT",
        description = "Decoder with learned positions, LayerNorm and GELU: GPT-2 and its relatives.")
public @interface GptSettings {
    @AttributeDefinition(description = "Number of layers", min = "1")
    int layers() default 4;

    @AttributeDefinition(description = "Width of the hidden states", min = "1")
    int hidden() default 256;

    @AttributeDefinition(description = "Number of heads, a divisor of hidden", min = "1")
    int heads() default 8;

    @AttributeDefinition(description = "Width of the feed-forward layer; 0 means 4 hidden", min = "0")
    int feedForward() default 0;

    @AttributeDefinition(
            description = "Longest sequence, in tokens; there is a learned vector for each position",
            min = "1")
    int sequence() default 256;

    @AttributeDefinition(description = "Number of token ids; 0 means what the tokenizer has", min = "0")
    int vocabulary() default 0;

    @AttributeDefinition(description = "Whether the output layer uses the embedding's weight")
    boolean tied() default true;

    @AttributeDefinition(description = "Whether linear layers and norms have a bias; the output layer has none")
    boolean bias() default true;

    @AttributeDefinition(description = "Added to the variance in every norm", min = "0")
    double epsilon() default 1e-5;

    @AttributeDefinition(
            description = "Activation of the feed-forward layer",
            options = {
                @Option(label = "exact, by the error function", value = "gelu"),
                @Option(label = "by tanh, as GPT-2", value = "geluTanh")
            })
    String activation() default "geluTanh";

    @AttributeDefinition(
            description = "Whether attention scores are also divided by the layer's number, counted from 1")
    boolean scaleByLayer() default false;

    @AttributeDefinition(
            description =
                    "Standard deviation of first weights; of what adds to the residual stream, divided by sqrt(2 layers)",
            min = "0")
    double initialDeviation() default 0.02;
}
