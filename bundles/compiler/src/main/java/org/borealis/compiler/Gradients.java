package org.borealis.compiler;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Concatenate;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
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
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/** The derivative of every primitive: one rule each, complete, and in this file only. */
final class Gradients {
    private Gradients() {}

    /** Gradients of the inputs, empty where there is none, given the gradient {@code g} of the output {@code y}. */
    static List<Optional<Tensor>> pull(Primitive op, List<Tensor> in, Tensor y, Tensor g) {
        return switch (op) {
            case Unary(var function) -> List.of(unary(function, in.get(0), y, g));
            case Binary(var function) -> binary(function, in.get(0), in.get(1), y, g);
            case Select() ->
                List.of(
                        Optional.empty(),
                        Optional.of(reduce(in.get(0).select(g, g.scalar(0)), in.get(1))),
                        Optional.of(reduce(in.get(0).select(g.scalar(0), g), in.get(2))));
            case Convert(var to) ->
                List.of(
                        in.get(0).type().type().isFloat() && to.isFloat()
                                ? Optional.of(g.as(in.get(0).type().type()))
                                : Optional.empty());
            case Constant _, Iota _ -> List.of();
            case RandomBits _ -> List.of(Optional.empty());
            case MatMul(boolean left, boolean right) -> present(matmul(left, right, in.get(0), in.get(1), g));
            case Reduce(var fold, int dim) -> present(List.of(unfold(fold, dim, in.get(0), y, g)));
            case Broadcast _ -> present(List.of(reduce(g, in.get(0))));
            case Reshape _ -> present(List.of(g.reshape(in.get(0).shape())));
            case Transpose(var order) -> present(List.of(g.transpose(inverse(order))));
            case Slice(int dim, int start, int length) ->
                present(List.of(pad(g, dim, start, in.get(0).dim(dim) - start - length)));
            case Concatenate(int dim) -> present(split(in, dim, g));
            case Gather() ->
                List.of(Optional.of(g.scatterAdd(in.get(1), in.get(0).dim(0))), Optional.empty());
            case ScatterAdd _ -> List.of(Optional.empty(), Optional.of(g.gather(in.get(0))));
            case WriteSlice(int dim) -> written(dim, in, g);
        };
    }

    private static List<Optional<Tensor>> present(List<Tensor> gradients) {
        return gradients.stream().map(Optional::of).toList();
    }

    private static Optional<Tensor> unary(Function function, Tensor x, Tensor y, Tensor g) {
        return switch (function) {
            case NEGATE -> Optional.of(g.negate());
            case ABS -> Optional.of(g.times(x.sign()));
            case EXP -> Optional.of(g.times(y));
            case LOG -> Optional.of(g.dividedBy(x));
            case SQRT -> Optional.of(g.dividedBy(y).times(0.5));
            case RSQRT -> Optional.of(g.times(y).times(y).times(y).times(-0.5));
            case RECIPROCAL -> Optional.of(g.times(y).times(y).negate());
            case TANH -> Optional.of(g.minus(g.times(y).times(y)));
            case ERF -> Optional.of(g.times(x.times(x).negate().exp()).times(2 / Math.sqrt(Math.PI)));
            case SIN -> Optional.of(g.times(x.cos()));
            case COS -> Optional.of(g.times(x.sin()).negate());
            case SIGN, FLOOR, NOT -> Optional.empty();
        };
    }

    private static List<Optional<Tensor>> binary(Function2 function, Tensor a, Tensor b, Tensor y, Tensor g) {
        return switch (function) {
            case ADD -> present(List.of(reduce(g, a), reduce(g, b)));
            case SUBTRACT -> present(List.of(reduce(g, a), reduce(g.negate(), b)));
            case MULTIPLY -> present(List.of(reduce(g.times(b), a), reduce(g.times(a), b)));
            case DIVIDE -> {
                var quotient = g.dividedBy(b);
                yield present(
                        List.of(reduce(quotient, a), reduce(quotient.times(y).negate(), b)));
            }
            case MAXIMUM -> chosen(a.less(b).not(), a, b, g);
            case MINIMUM -> chosen(b.less(a).not(), a, b, g);
            case POWER ->
                present(List.of(
                        reduce(g.times(b).times(a.power(b.minus(1))), a),
                        reduce(g.times(y).times(a.log()), b)));
            case EQUAL, LESS, AND, OR -> List.of(Optional.empty(), Optional.empty());
        };
    }

    /** All of the gradient to {@code a} where it was chosen, equal ones included, else to {@code b}. */
    private static List<Optional<Tensor>> chosen(Tensor first, Tensor a, Tensor b, Tensor g) {
        return present(List.of(reduce(first.select(g, g.scalar(0)), a), reduce(first.select(g.scalar(0), g), b)));
    }

    /** Sums a gradient over the dims along which {@code operand} was repeated; dims side by side in one go. */
    private static Tensor reduce(Tensor g, Tensor operand) {
        var sum = g;
        int dim = 0;
        while (dim < operand.shape().rank()) {
            int end = dim;
            while (end < operand.shape().rank() && operand.dim(end) == 1) {
                end++;
            }
            sum = sum(sum, dim, end);
            dim = end + 1;
        }
        return sum;
    }

    private static Tensor sum(Tensor g, int from, int end) {
        var sizes = g.shape().dims();
        var repeated = IntStream.range(from, end).filter(d -> sizes.get(d) != 1).toArray();
        if (repeated.length < 2 || g.shape().product(from, end) > Integer.MAX_VALUE) {
            var sum = g;
            for (int i = repeated.length - 1; i >= 0; i--) {
                sum = sum.sum(repeated[i]);
            }
            return sum;
        }
        var joined = new ArrayList<>(sizes.subList(0, from));
        joined.add(g.shape().joined(from, end));
        joined.addAll(sizes.subList(end, sizes.size()));
        var kept = new ArrayList<>(sizes);
        Collections.fill(kept.subList(from, end), 1);
        return g.reshape(new Shape(joined)).sum(from).reshape(new Shape(kept));
    }

    private static List<Tensor> matmul(boolean left, boolean right, Tensor a, Tensor b, Tensor g) {
        var da = left ? b.matmul(right, g, true) : g.matmul(false, b, !right);
        var db = right ? g.matmul(true, a, left) : a.matmul(!left, g, false);
        return List.of(da, db);
    }

    /** A maximum shares its gradient evenly among equal elements, as torch.amax does. */
    private static Tensor unfold(Fold fold, int dim, Tensor x, Tensor y, Tensor g) {
        return switch (fold) {
            case SUM -> g.stretch(x.shape());
            case MAX -> {
                var highest = x.equalTo(y).as(x.type().type());
                yield highest.times(g.dividedBy(highest.sum(dim)));
            }
        };
    }

    private static Integer[] inverse(List<Integer> order) {
        return IntStream.range(0, order.size()).mapToObj(order::indexOf).toArray(Integer[]::new);
    }

    /** A tensor of zeros but for {@code g}, which stands at {@code before} along {@code dim} with {@code after} behind it. */
    static Tensor pad(Tensor g, int dim, int before, int after) {
        var padded = g;
        if (before > 0) {
            padded = zeros(g, g.shape().with(dim, before)).concatenate(dim, padded);
        }
        return after > 0 ? padded.concatenate(dim, zeros(g, g.shape().with(dim, after))) : padded;
    }

    private static Tensor zeros(Tensor like, Shape shape) {
        return like.constant(new TensorType(like.type().type(), shape), 0);
    }

    private static List<Tensor> split(List<Tensor> in, int dim, Tensor g) {
        var parts = new ArrayList<Tensor>();
        int start = 0;
        for (var input : in) {
            parts.add(g.slice(dim, start, input.dim(dim)));
            start += input.dim(dim);
        }
        return parts;
    }

    private static List<Optional<Tensor>> written(int dim, List<Tensor> in, Tensor g) {
        var part = in.get(1);
        var position = in.get(2);
        var rows =
                position.iota(0, TensorType.of(DataType.INT32, part.dim(dim))).plus(position);
        var taken = dim == 0 ? g.gather(rows) : g.swap(0, dim).gather(rows).swap(0, dim);
        return List.of(Optional.of(g.writeSlice(dim, part.fill(0), position)), Optional.of(taken), Optional.empty());
    }
}
