package org.borealis.model.llama;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/**
 * How far each pair of channels of a head turns per position, in radians, and what sines and cosines are scaled with. As transformers
 * 4.47 computes them in modeling_rope_utils.py.
 */
record RotaryFrequencies(List<Double> radians, double scale) {
    RotaryFrequencies {
        radians = List.copyOf(radians);
    }

    static RotaryFrequencies of(LlamaSettings settings, Dimensions dimensions) {
        int original =
                settings.rotary_originalSequence() == 0 ? dimensions.sequence() : settings.rotary_originalSequence();
        double factor = settings.rotary_factor();
        int size = dimensions.headSize();
        double theta = settings.rotary_theta();
        return switch (settings.rotary_scaling()) {
            case "none" -> of(size, plain(size, theta));
            case "linear" -> of(size, i -> plain(size, theta).applyAsDouble(i) / factor);
            case "dynamic" -> of(size, plain(size, dynamicTheta(theta, factor, dimensions, original)));
            case "yarn" -> yarn(settings, size, original);
            case "llama3" ->
                of(size, i -> llama3(settings, original, plain(size, theta).applyAsDouble(i)));
            default -> {
                Dimensions.require(
                        false,
                        "rotary.scaling has to be none, linear, dynamic, yarn or llama3; got '"
                                + settings.rotary_scaling() + "'");
                throw new AssertionError();
            }
        };
    }

    private static RotaryFrequencies of(int headSize, IntToDoubleFunction frequency) {
        return new RotaryFrequencies(
                IntStream.range(0, headSize / 2).mapToDouble(frequency).boxed().toList(), 1);
    }

    /** Su et al. 2021, section 3.2.2. */
    private static IntToDoubleFunction plain(int headSize, double theta) {
        return i -> Math.pow(theta, -2.0 * i / headSize);
    }

    /** NTK-aware theta for the whole length that the settings allow: a model has one set of frequencies, whatever a call's length. */
    private static double dynamicTheta(double theta, double factor, Dimensions dimensions, int original) {
        double stretch = factor * Math.max(dimensions.sequence(), original) / original - (factor - 1);
        double size = dimensions.headSize();
        return theta * Math.pow(stretch, size / (size - 2));
    }

    /** Peng et al. 2023, section 3.2: fast pairs as they were, slow ones divided by the factor, a ramp between. */
    private static RotaryFrequencies yarn(LlamaSettings settings, int headSize, int original) {
        double theta = settings.rotary_theta();
        double factor = settings.rotary_factor();
        double low = Math.max(0, Math.floor(pairThatTurns(settings.rotary_betaFast(), headSize, theta, original)));
        double high =
                Math.min(headSize - 1, Math.ceil(pairThatTurns(settings.rotary_betaSlow(), headSize, theta, original)));
        double width = high == low ? 0.001 : high - low;
        var plain = plain(headSize, theta);
        var frequencies = of(headSize, i -> {
            double slow = Math.clamp((i - low) / width, 0, 1);
            return plain.applyAsDouble(i) * ((1 - slow) + slow / factor);
        });
        double scale =
                settings.rotary_attentionFactor() == 0 ? 0.1 * Math.log(factor) + 1 : settings.rotary_attentionFactor();
        return new RotaryFrequencies(frequencies.radians(), scale);
    }

    /** The pair, as a fraction, that turns so often within the original sequence. */
    private static double pairThatTurns(double times, int headSize, double theta, int original) {
        return headSize * Math.log(original / (times * 2 * Math.PI)) / (2 * Math.log(theta));
    }

    /** Llama 3.1, as its apply_scaling: short wavelengths as they were, long ones divided by the factor, a ramp between. */
    private static double llama3(LlamaSettings settings, int original, double frequency) {
        double low = settings.rotary_lowFrequencyFactor();
        double high = settings.rotary_highFrequencyFactor();
        double turns = original * frequency / (2 * Math.PI);
        double kept = Math.clamp((turns - low) / (high - low), 0, 1);
        return frequency * (kept + (1 - kept) / settings.rotary_factor());
    }

    /** Cosine and sine of the angles at INT32 {@code positions} [T], each [T, D/2]; angles are computed in the accumulator type. */
    Tables tables(Tensor positions, DataType type) {
        var wide = type.accumulator();
        var frequencies = positions.constant(
                TensorType.of(wide, 1, radians.size()),
                radians.stream().mapToDouble(r -> r).toArray()); // [1, D/2]
        var angles = positions.as(wide).reshape(positions.dim(0), 1).times(frequencies); // [T, D/2]
        return new Tables(scaled(angles.cos()).as(type), scaled(angles.sin()).as(type));
    }

    private Tensor scaled(Tensor x) {
        return scale == 1 ? x : x.times(scale);
    }

    /** What {@link org.borealis.tensor.composite.Rotary} takes, each [T, D/2]. */
    record Tables(Tensor cosine, Tensor sine) {}
}
