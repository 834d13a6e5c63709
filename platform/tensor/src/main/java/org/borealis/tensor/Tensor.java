// Long, because it is a list: one short method for each operation.
package org.borealis.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Primitive.WriteSlice;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A value in a {@link Trace}: immutable, owns no memory. Methods apply operations and give their result.
 *
 * <p>Methods of two tensors stretch dims of size 1, and missing outer dims, to the other's sizes; they never change a type.
 */
@ProviderType
public record Tensor(Trace trace, int id, TensorType type) {

    /** Sizes. */
    public Shape shape() {
        return type.shape();
    }

    /** Size of one dim; negative dims count from the end. */
    public int dim(int dim) {
        return shape().dim(dim);
    }

    /** Applies an operation to this tensor and more. */
    public List<Tensor> apply(Op op, Tensor... more) {
        var inputs = new ArrayList<Tensor>();
        inputs.add(this);
        inputs.addAll(List.of(more));
        return trace.apply(op, inputs);
    }

    private Tensor first(Op op, Tensor... more) {
        return apply(op, more).get(0);
    }

    private Tensor map(Function function) {
        return first(new Unary(function));
    }

    public Tensor negate() {
        return map(Function.NEGATE);
    }

    public Tensor abs() {
        return map(Function.ABS);
    }

    public Tensor sign() {
        return map(Function.SIGN);
    }

    public Tensor exp() {
        return map(Function.EXP);
    }

    /** Natural logarithm. */
    public Tensor log() {
        return map(Function.LOG);
    }

    public Tensor sqrt() {
        return map(Function.SQRT);
    }

    /** 1/sqrt(x). */
    public Tensor rsqrt() {
        return map(Function.RSQRT);
    }

    public Tensor reciprocal() {
        return map(Function.RECIPROCAL);
    }

    public Tensor tanh() {
        return map(Function.TANH);
    }

    public Tensor erf() {
        return map(Function.ERF);
    }

    public Tensor sin() {
        return map(Function.SIN);
    }

    public Tensor cos() {
        return map(Function.COS);
    }

    public Tensor floor() {
        return map(Function.FLOOR);
    }

    /** 1/(1 + exp(-x)), as (1 + tanh(x/2))/2, which does not overflow. */
    public Tensor sigmoid() {
        return times(0.5).tanh().plus(1).times(0.5);
    }

    public Tensor not() {
        return map(Function.NOT);
    }

    public Tensor plus(Tensor other) {
        return zip(Function2.ADD, other);
    }

    public Tensor minus(Tensor other) {
        return zip(Function2.SUBTRACT, other);
    }

    public Tensor times(Tensor other) {
        return zip(Function2.MULTIPLY, other);
    }

    public Tensor dividedBy(Tensor other) {
        return zip(Function2.DIVIDE, other);
    }

    public Tensor maximum(Tensor other) {
        return zip(Function2.MAXIMUM, other);
    }

    public Tensor minimum(Tensor other) {
        return zip(Function2.MINIMUM, other);
    }

    public Tensor power(Tensor exponent) {
        return zip(Function2.POWER, exponent);
    }

    public Tensor equalTo(Tensor other) {
        return zip(Function2.EQUAL, other);
    }

    public Tensor less(Tensor other) {
        return zip(Function2.LESS, other);
    }

    public Tensor and(Tensor other) {
        return zip(Function2.AND, other);
    }

    public Tensor or(Tensor other) {
        return zip(Function2.OR, other);
    }

    public Tensor plus(double number) {
        return plus(scalar(number));
    }

    public Tensor minus(double number) {
        return minus(scalar(number));
    }

    public Tensor times(double number) {
        return times(scalar(number));
    }

    public Tensor dividedBy(double number) {
        return dividedBy(scalar(number));
    }

    public Tensor power(double exponent) {
        return power(scalar(exponent));
    }

    /** Where this mask is true {@code yes}, else {@code no}. */
    public Tensor select(Tensor yes, Tensor no) {
        int rank =
                Math.max(shape().rank(), Math.max(yes.shape().rank(), no.shape().rank()));
        return padTo(rank).first(new Select(), yes.padTo(rank), no.padTo(rank));
    }

    /** The same values stored as another type; this tensor if it has that type. */
    public Tensor as(DataType to) {
        return type.type() == to ? this : first(new Convert(to));
    }

    /** [.., M, K] x [.., K, N] to [.., M, N]. */
    public Tensor matmul(Tensor other) {
        return matmul(false, other, false);
    }

    /** Matrix product with operands read transposed on request. */
    public Tensor matmul(boolean transposeLeft, Tensor other, boolean transposeRight) {
        return first(new MatMul(transposeLeft, transposeRight), other);
    }

    /** This [.., K] times the transpose of {@code weight} [N, K], to [.., N]: a linear layer. */
    public Tensor linear(Tensor weight) {
        var rows = reshape(Shape.of(shape().joined(0, shape().rank() - 1), dim(-1)));
        return rows.matmul(false, weight, true).reshape(shape().with(-1, weight.dim(0)));
    }

    /** Sum along a dim, which stays with size 1. */
    public Tensor sum(int dim) {
        return first(new Reduce(Fold.SUM, shape().index(dim)));
    }

    /** Maximum along a dim, which stays with size 1. */
    public Tensor max(int dim) {
        return first(new Reduce(Fold.MAX, shape().index(dim)));
    }

    /** Mean along a dim, which stays with size 1. */
    public Tensor mean(int dim) {
        return sum(dim).times(1.0 / dim(dim));
    }

    /** Sum of all elements, as a scalar. */
    public Tensor sum() {
        var sum = shape().elements() > Integer.MAX_VALUE ? this : reshape(shape().joined(0, shape().rank()));
        for (int dim = sum.shape().rank() - 1; dim >= 0; dim--) {
            sum = sum.sum(dim);
        }
        return sum.reshape(Shape.SCALAR);
    }

    public Tensor reshape(Shape shape) {
        return shape().equals(shape) ? this : first(new Reshape(shape));
    }

    /** As {@link #reshape(Shape)}. */
    public Tensor reshape(int... sizes) {
        return reshape(Shape.of(sizes));
    }

    /** Reorders dims: dim i of the result is dim {@code order[i]} of this. */
    public Tensor transpose(Integer... order) {
        return first(new Transpose(List.of(order)));
    }

    /** Swaps two dims. */
    public Tensor swap(int one, int two) {
        var order = new ArrayList<>(IntStream.range(0, shape().rank()).boxed().toList());
        order.set(shape().index(one), shape().index(two));
        order.set(shape().index(two), shape().index(one));
        return first(new Transpose(order));
    }

    /** The part of {@code length} elements along {@code dim} from {@code start} on. */
    public Tensor slice(int dim, int start, int length) {
        int index = shape().index(dim);
        return start == 0 && length == dim(dim) ? this : first(new Slice(index, start, length));
    }

    /** This and other tensors behind each other along {@code dim}. */
    public Tensor concatenate(int dim, Tensor... more) {
        return first(new Concatenate(shape().index(dim)), more);
    }

    /** Rows of this table [V, ..] at INT32 {@code indices} [I..], to [I.., ..]. */
    public Tensor gather(Tensor indices) {
        return first(new Gather(), indices);
    }

    /** Sums these rows [I.., ..] into a table of {@code rows} rows, each where INT32 {@code indices} [I..] says. */
    public Tensor scatterAdd(Tensor indices, int rows) {
        return indices.first(new ScatterAdd(rows), this);
    }

    /** This with {@code part} written along {@code dim} from the INT32 scalar {@code position} on. */
    public Tensor writeSlice(int dim, Tensor part, Tensor position) {
        return first(new WriteSlice(shape().index(dim)), part, position);
    }

    /** Repeats dims of size 1, and missing outer dims, up to {@code shape}. */
    public Tensor stretch(Shape shape) {
        var padded = padTo(shape.rank());
        return padded.shape().equals(shape) ? padded : padded.first(new Broadcast(shape));
    }

    /** A tensor of this one's type and shape, every element {@code value}. */
    public Tensor fill(double value) {
        return scalar(value).stretch(shape());
    }

    /** A scalar of this one's element type. */
    public Tensor scalar(double value) {
        return constant(new TensorType(type.type(), Shape.SCALAR), value);
    }

    /** A tensor known when tracing: one value for all elements, or all values in row-major order. */
    public Tensor constant(TensorType of, double... values) {
        var list = java.util.Arrays.stream(values).boxed().toList();
        return trace.apply(new Constant(list, of), List.of()).get(0);
    }

    /** A tensor whose elements are their index along {@code dim}. */
    public Tensor iota(int dim, TensorType of) {
        return trace.apply(new Iota(dim, of), List.of()).get(0);
    }

    private Tensor zip(Function2 function, Tensor other) {
        if (type.type() != other.type.type()) {
            throw new ShapeException(function + " needs operands of one type, got " + type + " and " + other.type
                    + "; convert one with as(..)");
        }
        int rank = Math.max(shape().rank(), other.shape().rank());
        return padTo(rank).first(new Binary(function), other.padTo(rank));
    }

    private Tensor padTo(int rank) {
        return reshape(shape().padFront(Math.max(0, rank - shape().rank())));
    }

    @Override
    public String toString() {
        return "%" + id + " : " + type;
    }
}
