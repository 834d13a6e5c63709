package org.borealis.model.llama;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Settings of the family {@code llama}. */
@ObjectClassDefinition(
        name = "Llama",
        description =
                "Decoder with RMSNorm, rotary positions, SwiGLU, grouped-query attention and experts on request: Llama, Mistral, Qwen 2, Mixtral.")
public @interface LlamaSettings {
    @AttributeDefinition(description = "Number of layers", min = "1")
    int layers() default 4;

    @AttributeDefinition(description = "Width of the hidden states", min = "1")
    int hidden() default 256;

    @AttributeDefinition(description = "Number of query heads", min = "1")
    int heads() default 8;

    @AttributeDefinition(description = "Number of key and value heads, a divisor of heads; 0 means heads", min = "0")
    int keyValueHeads() default 0;

    @AttributeDefinition(description = "Width of a head; 0 means hidden / heads", min = "0")
    int headSize() default 0;

    @AttributeDefinition(
            description = "Width of the feed-forward layer; 0 means 8/3 hidden, rounded up to a multiple of 64",
            min = "0")
    int feedForward() default 0;

    @AttributeDefinition(
            description = "Number of experts of each feed-forward layer; 0 means one layer for all",
            min = "0")
    int experts() default 0;

    @AttributeDefinition(description = "Number of experts that each token goes to", min = "1")
    int expertsPerToken() default 2;

    @AttributeDefinition(
            description =
                    "Room of an expert, as a multiple of its even share of a sequence's tokens; tokens beyond it skip the layer; 0 means room for all",
            min = "0")
    double capacityFactor() default 1.25; // Fedus et al. 2022, section 2.2

    @AttributeDefinition(
            description = "Weight of the loss that makes experts be used evenly, for each layer",
            min = "0")
    double auxiliaryLoss() default 0.01; // Fedus et al. 2022, section 2.2

    @AttributeDefinition(description = "Longest sequence, in tokens", min = "1")
    int sequence() default 256;

    @AttributeDefinition(description = "Number of token ids; 0 means what the tokenizer has", min = "0")
    int vocabulary() default 0;

    @AttributeDefinition(description = "Whether the output layer uses the embedding's weight")
    boolean tied() default false;

    @AttributeDefinition(description = "Added to the mean square in every norm", min = "0")
    double epsilon() default 1e-5;

    @AttributeDefinition(description = "Whether query, key and value have a bias, as in Qwen 2")
    boolean bias_queryKeyValue() default false;

    @AttributeDefinition(description = "Whether the attention's output has a bias")
    boolean bias_attentionOutput() default false;

    @AttributeDefinition(description = "Whether the feed-forward layers have a bias")
    boolean bias_feedForward() default false;

    @AttributeDefinition(description = "Base of the rotary wavelengths", min = "1")
    double rotary_theta() default 10_000;

    @AttributeDefinition(
            description = "How rotary positions are stretched to longer sequences",
            options = {
                @Option(label = "not", value = "none"),
                @Option(label = "all positions divided by the factor", value = "linear"),
                @Option(label = "theta raised with the length (NTK)", value = "dynamic"),
                @Option(label = "long wavelengths only (YaRN)", value = "yarn"),
                @Option(label = "long wavelengths only (Llama 3)", value = "llama3")
            })
    String rotary_scaling() default "none";

    @AttributeDefinition(description = "How much longer sequences became", min = "1")
    double rotary_factor() default 1;

    @AttributeDefinition(description = "llama3: wavelengths over originalSequence / this are stretched", min = "0")
    double rotary_lowFrequencyFactor() default 1;

    @AttributeDefinition(description = "llama3: wavelengths under originalSequence / this are kept", min = "0")
    double rotary_highFrequencyFactor() default 4;

    @AttributeDefinition(description = "Sequence length before stretching; 0 means sequence", min = "0")
    int rotary_originalSequence() default 0;

    @AttributeDefinition(
            description = "yarn: dims that turn more often than this in the original sequence are kept",
            min = "0")
    double rotary_betaFast() default 32;

    @AttributeDefinition(
            description = "yarn: dims that turn less often than this in the original sequence are stretched",
            min = "0")
    double rotary_betaSlow() default 1;

    @AttributeDefinition(description = "yarn: scales sines and cosines; 0 means 0.1 ln(factor) + 1", min = "0")
    double rotary_attentionFactor() default 0;

    @AttributeDefinition(
            description =
                    "Standard deviation of first weights; of what adds to the residual stream, divided by sqrt(2 layers)",
            min = "0")
    double initialDeviation() default 0.02;
}
