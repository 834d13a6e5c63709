package org.borealis.backend.reference;

import static org.borealis.backend.reference.Elements.count;
import static org.borealis.backend.reference.Elements.floats;
import static org.borealis.backend.reference.Elements.store;
import static org.borealis.backend.reference.Elements.words;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Concatenate;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Primitive.RandomBits;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Primitive.WriteSlice;
import org.borealis.tensor.Shape;

/**
 * A kernel for each primitive. Each reads its inputs whole before it writes its output, so that an output may take an input's place.
 *
 * <p>What only moves elements moves words of 64 bits, whatever the type.
 */
final class Kernels {
    private Kernels() {}

    static Kernel of(Primitive op, List<Slot> in, Slot out) {
        return switch (op) {
            case Unary unary -> unary(unary, in.get(0), out);
            case Binary binary -> binary(binary, in.get(0), in.get(1), out);
            case Select _ -> select(in.get(0), in.get(1), in.get(2), out);
            case Convert _ -> Conversion.kernel(in.get(0), out);
            case Constant constant -> constant(constant, out);
            case Iota iota -> iota(iota, out);
            case RandomBits(long key, Shape _) ->
                () -> store(RandomWords.of(key, words(in.get(0))[0], count(out.type())), out);
            case MatMul product -> matMul(product, in.get(0), in.get(1), out);
            case Reduce reduce -> Reduction.kernel(reduce, in.get(0), out);
            case Broadcast(Shape shape) -> move(View.stretch(shape(in.get(0)), shape), in.get(0), out);
            case Reshape _ -> () -> store(words(in.get(0)), out);
            case Transpose(var order) -> move(View.transpose(shape(in.get(0)), order), in.get(0), out);
            case Slice(int dim, int start, int length) ->
                move(View.slice(shape(in.get(0)), dim, start, length), in.get(0), out);
            case Concatenate(int dim) -> Rows.concatenate(dim, in, out);
            case Gather _ -> Rows.gather(in.get(0), in.get(1), out);
            case ScatterAdd _ -> Rows.scatterAdd(in.get(0), in.get(1), out);
            case WriteSlice(int dim) -> Rows.writeSlice(dim, in.get(0), in.get(1), in.get(2), out);
        };
    }

    private static Shape shape(Slot slot) {
        return slot.type().shape();
    }

    private static Kernel move(View view, Slot in, Slot out) {
        return () -> store(view.of(words(in)), out);
    }

    private static Kernel unary(Unary op, Slot in, Slot out) {
        if (in.type().type().isFloat()) {
            var function = Arithmetic.onFloats(op.function());
            return () -> {
                var x = floats(in);
                Arrays.setAll(x, i -> function.applyAsDouble(x[i]));
                store(x, out);
            };
        }
        var function = Arithmetic.onIntegers(op.function());
        return () -> {
            var x = words(in);
            Arrays.setAll(x, i -> function.applyAsLong(x[i]));
            store(x, out);
        };
    }

    private static Kernel binary(Binary op, Slot a, Slot b, Slot out) {
        var viewA = View.stretch(shape(a), shape(out));
        var viewB = View.stretch(shape(b), shape(out));
        if (!a.type().type().isFloat()) {
            var function = Arithmetic.onIntegers(op.function());
            return () -> {
                var x = viewA.of(words(a));
                var y = viewB.of(words(b));
                Arrays.setAll(x, i -> function.applyAsLong(x[i], y[i]));
                store(x, out);
            };
        }
        var function = Arithmetic.onFloats(op.function());
        return () -> {
            var x = viewA.of(floats(a));
            var y = viewB.of(floats(b));
            Arrays.setAll(x, i -> function.applyAsDouble(x[i], y[i]));
            if (out.type().type() == DataType.BOOL) {
                store(Arrays.stream(x).mapToLong(truth -> (long) truth).toArray(), out);
            } else {
                store(x, out);
            }
        };
    }

    private static Kernel select(Slot mask, Slot yes, Slot no, Slot out) {
        var views = Stream.of(mask, yes, no)
                .map(slot -> View.stretch(shape(slot), shape(out)))
                .toList();
        return () -> {
            var isYes = views.get(0).of(words(mask));
            var a = views.get(1).of(words(yes));
            var b = views.get(2).of(words(no));
            Arrays.setAll(a, i -> isYes[i] != 0 ? a[i] : b[i]);
            store(a, out);
        };
    }

    private static Kernel constant(Constant op, Slot out) {
        boolean isOne = op.values().size() == 1;
        double[] values = op.values().stream().mapToDouble(value -> value).toArray();
        return () -> Conversion.store(i -> values[isOne ? 0 : i], out);
    }

    private static Kernel iota(Iota op, Slot out) {
        int stride = (int) shape(out).stride(op.dim());
        int size = shape(out).dim(op.dim());
        return () -> Conversion.store(i -> i / stride % size, out);
    }

    private static Kernel matMul(MatMul op, Slot left, Slot right, Slot out) {
        int rank = shape(out).rank();
        int batches = (int) shape(out).product(0, rank - 2);
        int rows = shape(out).dim(-2);
        int inner = shape(left).dim(op.transposeLeft() ? -2 : -1);
        int columns = shape(out).dim(-1);
        return () -> {
            var a = op.transposeLeft() ? Products.transposed(shape(left)).of(floats(left)) : floats(left);
            var b = op.transposeRight() ? Products.transposed(shape(right)).of(floats(right)) : floats(right);
            store(Products.of(a, b, batches, rows, inner, columns), out);
        };
    }
}
