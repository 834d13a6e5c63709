package org.borealis.backend.torch;

import java.util.List;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Fused kernels of the normalisations, computed in the accumulator type. */
final class Norms {
    private Norms() {}

    static void layer(Binding binding, double epsilon, List<View> in, List<View> out) {
        var type = in.get(0).type().accumulator();
        var y = binding.tensor(binding.into(type, out.get(0).rows()));
        var mean = binding.tensor(binding.into(type, out.get(1).rows()));
        var reciprocal = binding.tensor(binding.into(type, out.get(2).rows()));
        var x = binding.tensor(binding.as(type, in.get(0).rows()));
        var weight = optional(binding, binding.as(type, in.get(1)));
        var bias = optional(binding, binding.as(type, in.get(2)));
        var channels = binding.numbers(in.get(0).size(-1));
        binding.step(() -> {
            try (var result = torch.native_layer_norm(x, channels, weight, bias, epsilon)) {
                y.copy_(result.get0());
                mean.copy_(result.get1());
                reciprocal.copy_(result.get2());
            }
        });
    }

    static void layerGradient(Binding binding, List<View> in, List<View> out) {
        var type = in.get(0).type().accumulator();
        var dx = binding.tensor(binding.into(type, out.get(0).rows()));
        var dweight = binding.tensor(binding.into(type, out.get(1)));
        var dbias = binding.tensor(binding.into(type, out.get(2)));
        var dy = binding.tensor(binding.as(type, in.get(0).rows()));
        var x = binding.tensor(binding.as(type, in.get(1).rows()));
        var weightView = binding.as(type, in.get(2));
        var weight = optional(binding, weightView);
        var mean = binding.tensor(binding.as(type, in.get(3).rows()));
        var reciprocal = binding.tensor(binding.as(type, in.get(4).rows()));
        var bias = optional(binding, weightView); // only that there is one matters
        var channels = binding.numbers(in.get(0).size(-1));
        var all = binding.hold(new BoolPointer(3).put(0, true).put(1, true).put(2, true));
        binding.step(() -> {
            try (var result = torch.native_layer_norm_backward(dy, x, channels, mean, reciprocal, weight, bias, all)) {
                dx.copy_(result.get0());
                dweight.copy_(result.get1());
                dbias.copy_(result.get2());
            }
        });
    }

    private static TensorOptional optional(Binding binding, View view) {
        return binding.hold(new TensorOptional(binding.tensor(view)));
    }

    static void rootMeanSquare(Binding binding, double epsilon, List<View> in, List<View> out) {
        var type = in.get(0).type().accumulator();
        var y = binding.tensor(binding.into(type, out.get(0).rows()));
        var reciprocal = binding.tensor(binding.into(type, out.get(1).rows()));
        var x = binding.tensor(binding.as(type, in.get(0).rows()));
        var weight = binding.tensor(binding.as(type, in.get(1)));
        var two = binding.scalar(2.0);
        var perChannel = binding.scalar(1.0 / in.get(0).size(-1));
        var smallest = binding.scalar(epsilon);
        var innermost = binding.hold(new LongArrayRefOptional(binding.numbers(1)));
        var sameType = binding.hold(new ScalarTypeOptional(Types.scalar(type)));
        binding.step(() -> {
            torch.linalg_vector_norm_out(reciprocal, x, two, innermost, true, sameType);
            reciprocal.mul_(reciprocal);
            reciprocal.mul_(perChannel);
            reciprocal.add_(smallest);
            reciprocal.rsqrt_();
            torch.mul_out(y, x, reciprocal);
            y.mul_(weight);
        });
    }

    /** With t = dy x and r = 1/root-mean-square: dweight = r' t, dx = r dy weight - x r^3 (t weight) / C. */
    static void rootMeanSquareGradient(Binding binding, List<View> in, List<View> out) {
        var type = in.get(0).type().accumulator();
        long rows = in.get(0).rows().size(0);
        long channels = in.get(0).size(-1);
        var dx = binding.tensor(binding.into(type, out.get(0).rows()));
        var dweight = binding.tensor(binding.into(type, out.get(1)).reshape(1, channels));
        var dy = binding.tensor(binding.as(type, in.get(0).rows()));
        var x = binding.tensor(binding.as(type, in.get(1).rows()));
        var weightView = binding.as(type, in.get(2));
        var weight = binding.tensor(weightView);
        var column = binding.tensor(weightView.reshape(channels, 1));
        var reciprocalView = binding.as(type, in.get(3).rows());
        var reciprocal = binding.tensor(reciprocalView);
        var reciprocalRow = binding.tensor(reciprocalView.reshape(1, rows));
        var product = binding.tensor(binding.scratch(type, rows, channels));
        var pull = binding.tensor(binding.scratch(type, rows, 1));
        var perChannel = binding.scalar(-1.0 / channels);
        binding.step(() -> {
            torch.mul_out(product, dy, x);
            torch.mm_out(dweight, reciprocalRow, product);
            torch.mm_out(pull, product, column);
            pull.mul_(reciprocal);
            pull.mul_(reciprocal);
            pull.mul_(reciprocal);
            pull.mul_(perChannel);
            torch.mul_out(dx, dy, weight);
            dx.mul_(reciprocal);
            dx.addcmul_(x, pull);
        });
    }
}
