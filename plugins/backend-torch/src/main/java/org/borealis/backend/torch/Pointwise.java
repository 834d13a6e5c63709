package org.borealis.backend.torch;

import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/** Kernels that compute each element by itself. libtorch repeats dims of size 1 itself. */
final class Pointwise {
    private Pointwise() {}

    static void unary(Binding binding, Function function, View in, View out) {
        if (function == Function.SIGN && in.type().isFloat()) {
            signOrNotANumber(binding, in, out);
            return;
        }
        var type = switch (function) {
            case ERF -> DataType.FLOAT64; // libtorch's vectorised float32 erf is off by up to 9 units in the last place
            case RSQRT -> in.type().accumulator(); // libtorch rounds the root of 16-bit numbers before it divides
            default -> in.type();
        };
        var y = binding.tensor(binding.into(type, out));
        var x = binding.tensor(binding.as(type, in));
        binding.call(name(function), "out").tensor(x).tensor(y);
    }

    private static String name(Function function) {
        return switch (function) {
            case NEGATE -> "neg";
            case ABS -> "abs";
            case SIGN -> "sign";
            case EXP -> "exp";
            case LOG -> "log";
            case SQRT -> "sqrt";
            case RSQRT -> "rsqrt";
            case RECIPROCAL -> "reciprocal";
            case TANH -> "tanh";
            case ERF -> "erf";
            case SIN -> "sin";
            case COS -> "cos";
            case FLOOR -> "floor";
            case NOT -> "logical_not";
        };
    }

    /** libtorch says that the sign of NaN is 0. */
    private static void signOrNotANumber(Binding binding, View in, View out) {
        var x = binding.tensor(in);
        var y = binding.tensor(out);
        var missing = binding.tensor(binding.scratch(DataType.BOOL, in.sizes()));
        var notANumber = binding.scalar(Double.NaN);
        binding.call("ne", "Tensor_out").tensor(x).tensor(x).tensor(missing);
        binding.call("sign", "out").tensor(x).tensor(y);
        binding.step(() -> y.masked_fill_(missing, notANumber));
    }

    static void binary(Binding binding, Function2 function, List<View> in, View out) {
        if (function == Function2.DIVIDE && (out.type() == DataType.INT32 || out.type() == DataType.INT64)) {
            divideIntegers(binding, in, out);
            return;
        }
        var a = binding.tensor(in.get(0));
        var b = binding.tensor(in.get(1));
        var y = binding.tensor(out);
        switch (function) {
            case ADD ->
                binding.call("add", "out")
                        .tensor(a)
                        .tensor(b)
                        .scalar(binding.scalar(1L))
                        .tensor(y);
            case SUBTRACT ->
                binding.call("sub", "out")
                        .tensor(a)
                        .tensor(b)
                        .scalar(binding.scalar(1L))
                        .tensor(y);
            case MULTIPLY -> binding.call("mul", "out").tensor(a).tensor(b).tensor(y);
            case DIVIDE -> {
                var division = binding.call("div", "out_mode").tensor(a).tensor(b);
                (out.type().isFloat() ? division.none() : division.text("trunc")).tensor(y);
            }
            case MAXIMUM -> binding.call("maximum", "out").tensor(a).tensor(b).tensor(y);
            case MINIMUM -> binding.call("minimum", "out").tensor(a).tensor(b).tensor(y);
            case POWER ->
                binding.call("pow", "Tensor_Tensor_out").tensor(a).tensor(b).tensor(y);
            case EQUAL -> binding.call("eq", "Tensor_out").tensor(a).tensor(b).tensor(y);
            case LESS -> binding.call("lt", "Tensor_out").tensor(a).tensor(b).tensor(y);
            case AND -> binding.call("logical_and", "out").tensor(a).tensor(b).tensor(y);
            case OR -> binding.call("logical_or", "out").tensor(a).tensor(b).tensor(y);
        }
    }

    /** By -1 it is negated instead: x86 traps when the least integer is divided by it, and that ends the process. */
    private static void divideIntegers(Binding binding, List<View> in, View out) {
        var a = binding.tensor(in.get(0));
        var b = binding.tensor(in.get(1));
        var y = binding.tensor(out);
        var isMinusOne = binding.tensor(binding.scratch(DataType.BOOL, in.get(1).sizes()));
        var divisor = binding.tensor(binding.scratch(out.type(), in.get(1).sizes()));
        var negated = binding.tensor(binding.scratch(out.type(), in.get(0).sizes()));
        var one = binding.scalar(1L);
        binding.call("eq", "Scalar_out").tensor(b).scalar(binding.scalar(-1L)).tensor(isMinusOne);
        binding.call("neg", "out").tensor(a).tensor(negated);
        binding.step(() -> divisor.copy_(b).masked_fill_(isMinusOne, one));
        binding.call("div", "out_mode").tensor(a).tensor(divisor).text("trunc").tensor(y);
        binding.call("where", "self_out")
                .tensor(isMinusOne)
                .tensor(negated)
                .tensor(y)
                .tensor(y);
    }

    static void select(Binding binding, List<View> in, View out) {
        binding.call("where", "self_out")
                .tensor(binding.tensor(in.get(0)))
                .tensor(binding.tensor(in.get(1)))
                .tensor(binding.tensor(in.get(2)))
                .tensor(binding.tensor(out));
    }
}
