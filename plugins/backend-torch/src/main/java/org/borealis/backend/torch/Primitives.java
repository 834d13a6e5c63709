package org.borealis.backend.torch;

import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive;

/** Kernels of the primitives. */
final class Primitives {
    private Primitives() {}

    static void bind(Binding binding, Primitive op, List<View> in, View out) {
        switch (op) {
            case Primitive.Unary(var function) -> Pointwise.unary(binding, function, in.get(0), out);
            case Primitive.Binary(var function) -> Pointwise.binary(binding, function, in, out);
            case Primitive.Select() -> Pointwise.select(binding, in, out);
            case Primitive.Convert(var unused) -> Movement.copy(binding, in.get(0), out);
            case Primitive.Constant constant -> Movement.constant(binding, constant.values(), out);
            case Primitive.Iota(var dim, var unused) -> Movement.iota(binding, dim, out);
            case Primitive.RandomBits(var key, var unused) -> RandomBits.bind(binding, key, in.get(0), out);
            case Primitive.MatMul(var left, var right) -> matmul(binding, in, left, right, out);
            case Primitive.Reduce(var fold, var dim) -> reduce(binding, fold, dim, in.get(0), out);
            case Primitive.Broadcast(var unused) ->
                Movement.copy(binding, in.get(0).expand(out.sizes()), out);
            case Primitive.Reshape(var unused) -> Movement.reshape(binding, in.get(0), out);
            case Primitive.Transpose(var order) ->
                Movement.copy(binding, in.get(0).permute(order), out);
            case Primitive.Slice(var dim, var start, var length) ->
                Movement.copy(binding, in.get(0).slice(dim, start, length), out);
            case Primitive.Concatenate(var dim) -> Movement.concatenate(binding, dim, in, out);
            case Primitive.Gather() -> Indexed.gather(binding, in.get(0), in.get(1), out);
            case Primitive.ScatterAdd(var unused) -> Indexed.scatterAdd(binding, in.get(0), in.get(1), out);
            case Primitive.WriteSlice(var dim) -> Indexed.writeSlice(binding, dim, in, out);
        }
    }

    private static void matmul(
            Binding binding, List<View> in, boolean transposeLeft, boolean transposeRight, View out) {
        DataType type = binding.matrixType(out.type());
        var target = batched(binding.into(type, out));
        var left = batched(binding.as(type, in.get(0)));
        var right = batched(binding.as(type, in.get(1)));
        left = transposeLeft ? left.swap(1, 2) : left; // [N, M, K]
        right = transposeRight ? right.swap(1, 2) : right; // [N, K, N]
        if (left.size(0) == 1) {
            var y = binding.tensor(target.select(0, 0));
            var a = binding.tensor(left.select(0, 0));
            var b = binding.tensor(right.select(0, 0));
            binding.call("mm", "out").tensor(a).tensor(b).tensor(y);
        } else {
            var y = binding.tensor(target);
            var a = binding.tensor(left);
            var b = binding.tensor(right);
            binding.call("bmm", "out").tensor(a).tensor(b).tensor(y);
        }
    }

    /** [.., M, N] to [batch, M, N]. */
    private static View batched(View view) {
        return view.reshape(view.product(0, view.rank() - 2), view.size(-2), view.size(-1));
    }

    private static void reduce(Binding binding, Primitive.Fold fold, int dim, View in, View out) {
        var x = binding.tensor(in.reshape(in.product(0, dim), in.size(dim), in.product(dim + 1, in.rank())));
        var y = binding.tensor(out.reshape(in.product(0, dim), 1, in.product(dim + 1, in.rank())));
        switch (fold) {
            case SUM ->
                binding.call("sum", "IntList_out")
                        .tensor(x)
                        .integers(1)
                        .flag(true)
                        .none()
                        .tensor(y);
            case MAX ->
                binding.call("amax", "out").tensor(x).integers(1).flag(true).tensor(y);
        }
    }
}
