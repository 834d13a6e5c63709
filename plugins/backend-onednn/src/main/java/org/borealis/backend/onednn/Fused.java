package org.borealis.backend.onednn;

import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.CachedAttention;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.FullAttention;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.Linear;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.Rotary;
import org.borealis.tensor.composite.Softmax;
import org.borealis.tensor.composite.SwiGlu;

/** The composites of the platform that this device runs as one kernel. */
final class Fused {
    private Fused() {}

    /** Attention in all floats but float64, which has no fast product here; the others in float32. Whatever else is lowered. */
    static boolean claims(Composite op, List<TensorType> in) {
        boolean known = switch (op) {
            case Attention _, Attention.Gradient _, FullAttention _, FullAttention.Gradient _, CachedAttention _ ->
                in.stream().noneMatch(t -> t.type() == DataType.FLOAT64);
            case LayerNorm _,
                    LayerNorm.Gradient _,
                    RmsNorm _,
                    SwiGlu _,
                    SwiGlu.Gradient _,
                    Gelu _,
                    Gelu.Gradient _,
                    Linear _,
                    Softmax _,
                    Softmax.Gradient _,
                    CrossEntropy _,
                    CrossEntropy.Gradient _,
                    Rotary _ -> isAll(in, DataType.FLOAT32);
            case AdamStep _ -> isAll(in.subList(0, 4), DataType.FLOAT32);
            // Of one channel, the gradient is what two equal numbers differ by: rounding alone, so the definition's
            // own.
            case RmsNorm.Gradient _ ->
                isAll(in, DataType.FLOAT32) && in.get(0).shape().dim(-1) > 1;
            default -> false;
        };
        return known && in.stream().allMatch(t -> t.shape().elements() > 0);
    }

    private static boolean isAll(List<TensorType> in, DataType type) {
        return in.stream().allMatch(t -> t.type() == type || t.type() == DataType.INT32);
    }

    static void bind(Binding binding, Composite op, List<Operand> in, List<Operand> out) {
        if (!claims(op, in.stream().map(Operand::type).toList())) {
            throw unsupported(op, in);
        }
        switch (op) {
            case Attention(var scale) -> Attentions.forward(binding, scale, true, in, out);
            case Attention.Gradient(var scale) -> Attentions.gradient(binding, scale, true, in, out);
            case FullAttention(var scale) -> Attentions.forward(binding, scale, false, in, out);
            case FullAttention.Gradient(var scale) -> Attentions.gradient(binding, scale, false, in, out);
            case CachedAttention(var scale) -> CachedAttentions.bind(binding, scale, in, out.get(0));
            case LayerNorm(var epsilon) -> Norms.layer(binding, epsilon, in, out);
            case LayerNorm.Gradient() -> Norms.layerGradient(binding, in, out);
            case RmsNorm(var epsilon) -> Norms.rootMeanSquare(binding, epsilon, in, out);
            case RmsNorm.Gradient() -> RootGradients.bind(binding, in, out);
            case SwiGlu() -> Gates.swiGlu(binding, in, out.get(0));
            case SwiGlu.Gradient() -> Gates.swiGluGradient(binding, in, out);
            case Gelu(var tanh) -> Activations.gelu(binding, tanh, in.get(0), out.get(0));
            case Gelu.Gradient(var tanh) -> Activations.geluGradient(binding, tanh, in, out.get(0));
            case Softmax() -> Softmaxes.forward(binding, in.get(0), out.get(0));
            case Softmax.Gradient() -> Softmaxes.gradient(binding, in.get(0), in.get(1), out.get(0));
            case Linear() -> Linears.bind(binding, in, out.get(0));
            case CrossEntropy() -> CrossEntropies.forward(binding, in, out);
            case CrossEntropy.Gradient() -> CrossEntropies.gradient(binding, in, out.get(0));
            case AdamStep step -> AdamSteps.bind(binding, step, in, out);
            case Rotary() -> Rotaries.bind(binding, in, out.get(0));
            default -> throw unsupported(op, in);
        }
    }

    private static DeviceException unsupported(Composite op, List<Operand> in) {
        return new DeviceException(
                "unsupported",
                "onednn device does not fuse " + op.label() + " of "
                        + in.stream().map(Operand::type).toList() + "; have it lowered");
    }
}
