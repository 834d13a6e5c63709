package org.borealis.backend.torch;

import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.tensor.Composite;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.CachedAttention;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Factorisation;
import org.borealis.tensor.composite.FullAttention;
import org.borealis.tensor.composite.Fusion;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.Rotary;
import org.borealis.tensor.composite.SwiGlu;

/** The composites that this device runs as one kernel. */
final class Fused {
    private Fused() {}

    static boolean claims(Composite op, List<TensorType> in, Place place) {
        boolean known = switch (place) {
            case Host host ->
                isForAnyPlace(op) || isForTheHost(op) || (op instanceof Fusion fusion && host.accepts(fusion));
            case Cuda cuda -> isForAnyPlace(op);
        };
        // An empty tensor has nothing to be fast at, and libtorch's kernels differ in whether they take one.
        // Of one channel, the gradient is what two equal numbers differ by: rounding alone, so the definition's own
        // roundings.
        boolean vanishes = op instanceof RmsNorm.Gradient && in.get(0).shape().dim(-1) == 1;
        return known && !vanishes && in.stream().allMatch(type -> type.shape().elements() > 0);
    }

    /** Kernels of operators that libtorch has for every kind of device. */
    private static boolean isForAnyPlace(Composite op) {
        return op instanceof LayerNorm
                || op instanceof LayerNorm.Gradient
                || op instanceof RmsNorm
                || op instanceof RmsNorm.Gradient
                || op instanceof Gelu
                || op instanceof Gelu.Gradient
                || op instanceof SwiGlu
                || op instanceof SwiGlu.Gradient
                || op instanceof Rotary;
    }

    /** Kernels that read memory from Java, or whose operators are the processor's. */
    private static boolean isForTheHost(Composite op) {
        return op instanceof Attention
                || op instanceof Attention.Gradient
                || op instanceof FullAttention
                || op instanceof FullAttention.Gradient
                || op instanceof CachedAttention
                || op instanceof CrossEntropy
                || op instanceof CrossEntropy.Gradient
                || op instanceof AdamStep
                || op instanceof Factorisation;
    }

    static void bind(Binding binding, Composite op, List<View> in, List<View> out) {
        switch (op) {
            case LayerNorm(var epsilon) -> Norms.layer(binding, epsilon, in, out);
            case LayerNorm.Gradient() -> Norms.layerGradient(binding, in, out);
            case RmsNorm(var epsilon) -> Norms.rootMeanSquare(binding, epsilon, in, out);
            case RmsNorm.Gradient() -> Norms.rootMeanSquareGradient(binding, in, out);
            case Attention(var scale) -> Attentions.forward(binding, scale, true, in, out);
            case Attention.Gradient(var scale) -> Attentions.gradient(binding, scale, true, in, out);
            case FullAttention(var scale) -> Attentions.forward(binding, scale, false, in, out);
            case FullAttention.Gradient(var scale) -> Attentions.gradient(binding, scale, false, in, out);
            case CachedAttention(var scale) -> CachedAttentions.bind(binding, scale, in, out.get(0));
            case CrossEntropy() -> CrossEntropies.forward(binding, in, out);
            case CrossEntropy.Gradient() -> CrossEntropies.gradient(binding, in, out.get(0));
            case Gelu(var tanh) -> Activations.gelu(binding, tanh, in.get(0), out.get(0));
            case Gelu.Gradient(var tanh) -> Activations.geluGradient(binding, tanh, in, out.get(0));
            case SwiGlu() -> Activations.swiGlu(binding, in, out.get(0));
            case SwiGlu.Gradient() -> Activations.swiGluGradient(binding, in, out);
            case Rotary() -> Activations.rotary(binding, in, out.get(0));
            case Fusion fusion -> Fusions.bind(binding, fusion, in, out);
            case Factorisation factorisation -> Factorisations.bind(binding, factorisation, in.get(0), out);
            case AdamStep step -> AdamSteps.bind(binding, step, in, out);
            default -> throw new DeviceException("unsupported", "torch device does not fuse " + op.label());
        }
    }
}
