package org.borealis.backend.torch;

import java.util.List;

/** Fused kernels of the normalisations, computed in the accumulator type. */
final class Norms {
    private Norms() {}

    static void layer(Binding binding, double epsilon, List<View> in, List<View> out) {
        var type = in.get(0).type().accumulator();
        var y = binding.tensor(binding.into(type, out.get(0).rows()));
        var mean = binding.tensor(binding.into(type, out.get(1).rows()));
        var reciprocal = binding.tensor(binding.into(type, out.get(2).rows()));
        var x = binding.tensor(binding.as(type, in.get(0).rows()));
        var weight = binding.tensor(binding.as(type, in.get(1)));
        var bias = binding.tensor(binding.as(type, in.get(2)));
        binding.call("native_layer_norm", "out")
                .tensor(x)
                .integers(in.get(0).size(-1))
                .tensor(weight)
                .tensor(bias)
                .number(epsilon)
                .tensor(y)
                .tensor(mean)
                .tensor(reciprocal);
    }

    static void layerGradient(Binding binding, List<View> in, List<View> out) {
        var type = in.get(0).type().accumulator();
        var dx = binding.tensor(binding.into(type, out.get(0).rows()));
        var dweight = binding.tensor(binding.into(type, out.get(1)));
        var dbias = binding.tensor(binding.into(type, out.get(2)));
        var dy = binding.tensor(binding.as(type, in.get(0).rows()));
        var x = binding.tensor(binding.as(type, in.get(1).rows()));
        var weight = binding.tensor(binding.as(type, in.get(2)));
        var mean = binding.tensor(binding.as(type, in.get(3).rows()));
        var reciprocal = binding.tensor(binding.as(type, in.get(4).rows()));
        binding.call("native_layer_norm_backward", "out")
                .tensor(dy)
                .tensor(x)
                .integers(in.get(0).size(-1))
                .tensor(mean)
                .tensor(reciprocal)
                .tensor(weight)
                .tensor(weight) // of the bias only matters that there is one
                .flags(true, true, true)
                .tensor(dx)
                .tensor(dweight)
                .tensor(dbias);
    }

    static void rootMeanSquare(Binding binding, double epsilon, List<View> in, List<View> out) {
        var type = in.get(0).type().accumulator();
        var y = binding.tensor(binding.into(type, out.get(0).rows()));
        var reciprocal = binding.tensor(binding.into(type, out.get(1).rows()));
        var x = binding.tensor(binding.as(type, in.get(0).rows()));
        var weight = binding.tensor(binding.as(type, in.get(1)));
        var perChannel = binding.scalar(1.0 / in.get(0).size(-1));
        var smallest = binding.scalar(epsilon);
        binding.call("linalg_vector_norm", "out")
                .tensor(x)
                .scalar(binding.scalar(2.0))
                .integers(1)
                .flag(true)
                .none()
                .tensor(reciprocal);
        binding.step(() -> {
            reciprocal.mul_(reciprocal);
            reciprocal.mul_(perChannel);
            reciprocal.add_(smallest);
            reciprocal.rsqrt_();
        });
        binding.call("mul", "out").tensor(x).tensor(reciprocal).tensor(y);
        binding.step(() -> y.mul_(weight));
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
        binding.call("mul", "out").tensor(dy).tensor(x).tensor(product);
        binding.call("mm", "out").tensor(reciprocalRow).tensor(product).tensor(dweight);
        binding.call("mm", "out").tensor(product).tensor(column).tensor(pull);
        binding.step(() -> {
            pull.mul_(reciprocal);
            pull.mul_(reciprocal);
            pull.mul_(reciprocal);
            pull.mul_(perChannel);
        });
        binding.call("mul", "out").tensor(dy).tensor(weight).tensor(dx);
        binding.step(() -> {
            dx.mul_(reciprocal);
            dx.addcmul_(x, pull);
        });
    }
}
