package org.borealis.backend.torch;

import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.global.torch;

/** Kernels that compute each element by itself. libtorch repeats dims of size 1 itself. */
final class Pointwise {
    private Pointwise() {}

    static void unary(Binding binding, Function function, View in, View out) {
        if (function == Function.SIGN && in.type().isFloat()) {
            signOrNotANumber(binding, in, out);
            return;
        }
        // libtorch's vectorised float32 erf is off by up to 9 units in the last place.
        var type = function == Function.ERF ? DataType.FLOAT64 : in.type();
        var y = binding.tensor(binding.into(type, out));
        var x = binding.tensor(binding.as(type, in));
        binding.step(
                switch (function) {
                    case NEGATE -> () -> torch.neg_out(y, x);
                    case ABS -> () -> torch.abs_out(y, x);
                    case SIGN -> () -> torch.sign_out(y, x);
                    case EXP -> () -> torch.exp_out(y, x);
                    case LOG -> () -> torch.log_out(y, x);
                    case SQRT -> () -> torch.sqrt_out(y, x);
                    case RSQRT -> () -> torch.rsqrt_out(y, x);
                    case RECIPROCAL -> () -> torch.reciprocal_out(y, x);
                    case TANH -> () -> torch.tanh_out(y, x);
                    case ERF -> () -> torch.erf_out(y, x);
                    case SIN -> () -> torch.sin_out(y, x);
                    case COS -> () -> torch.cos_out(y, x);
                    case FLOOR -> () -> torch.floor_out(y, x);
                    case NOT -> () -> torch.logical_not_out(y, x);
                });
    }

    /** libtorch says that the sign of NaN is 0. */
    private static void signOrNotANumber(Binding binding, View in, View out) {
        var x = binding.tensor(in);
        var y = binding.tensor(out);
        var missing = binding.tensor(binding.scratch(DataType.BOOL, in.sizes()));
        var notANumber = binding.scalar(Double.NaN);
        binding.step(() -> {
            torch.ne_out(missing, x, x);
            torch.sign_out(y, x);
            y.masked_fill_(missing, notANumber);
        });
    }

    static void binary(Binding binding, Function2 function, List<View> in, View out) {
        var a = binding.tensor(in.get(0));
        var b = binding.tensor(in.get(1));
        var y = binding.tensor(out);
        binding.step(
                switch (function) {
                    case ADD -> () -> torch.add_out(y, a, b);
                    case SUBTRACT -> () -> torch.sub_out(y, a, b);
                    case MULTIPLY -> () -> torch.mul_out(y, a, b);
                    case DIVIDE -> {
                        if (out.type().isFloat()) {
                            yield () -> torch.div_out(y, a, b);
                        }
                        var truncated = binding.hold(new StringViewOptional(binding.hold(new BytePointer("trunc"))));
                        yield () -> torch.div_out(y, a, b, truncated);
                    }
                    case MAXIMUM -> () -> torch.maximum_out(y, a, b);
                    case MINIMUM -> () -> torch.minimum_out(y, a, b);
                    case POWER -> () -> torch.pow_out(y, a, b);
                    case EQUAL -> () -> torch.eq_out(y, a, b);
                    case LESS -> () -> torch.lt_out(y, a, b);
                    case AND -> () -> torch.logical_and_out(y, a, b);
                    case OR -> () -> torch.logical_or_out(y, a, b);
                });
    }

    static void select(Binding binding, List<View> in, View out) {
        var mask = binding.tensor(in.get(0));
        var yes = binding.tensor(in.get(1));
        var no = binding.tensor(in.get(2));
        var y = binding.tensor(out);
        binding.step(() -> torch.where_out(y, mask, yes, no));
    }
}
