package org.borealis.backend.onednn;

import java.util.List;
import org.borealis.tensor.Primitive;

/** Kernels of the primitives. */
final class Primitives {
    private Primitives() {}

    static void bind(Binding binding, Primitive op, List<Operand> in, Operand out) {
        switch (op) {
            case Primitive.Unary _,
                    Primitive.Select _,
                    Primitive.Convert _,
                    Primitive.Constant _,
                    Primitive.Iota _,
                    Primitive.Broadcast _,
                    Primitive.Reduce _ -> binding.loops(op, in, out);
            case Primitive.Binary(var function) -> Binaries.bind(binding, function, in, out);
            case Primitive.RandomBits(var key, var _) -> RandomBits.bind(binding, key, in.get(0), out);
            case Primitive.MatMul(var left, var right) -> Products.bind(binding, in, left, right, out);
            case Primitive.Reshape(var _) -> Copies.whole(binding, in.get(0), out);
            case Primitive.Transpose(var order) -> Copies.transpose(binding, order, in.get(0), out.address());
            case Primitive.Slice(var dim, var start, var _) -> Copies.slice(binding, dim, start, in.get(0), out);
            case Primitive.Concatenate(var dim) -> Copies.concatenate(binding, dim, in, out);
            case Primitive.Gather() -> Indexed.gather(binding, in.get(0), in.get(1), out);
            case Primitive.ScatterAdd(var _) -> Indexed.scatterAdd(binding, in.get(0), in.get(1), out);
            case Primitive.WriteSlice(var dim) -> Indexed.writeSlice(binding, dim, in, out);
        }
    }
}
