// Long, so that the closed set stands in one file: whoever writes a backend reads it from top to bottom.
package org.borealis.tensor;

import static org.borealis.tensor.Inference.check;
import static org.borealis.tensor.Inference.count;

import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The closed set of operations that every backend runs on every type that it supports. Adding one is a major version.
 *
 * <p>Operands are dense and row-major. Unless an operation says so, all inputs and the output have one type. Integer arithmetic wraps.
 * Float arithmetic follows IEEE 754; float16 and bfloat16 are computed in float32 and rounded to nearest even.
 */
@ProviderType
public sealed interface Primitive extends Op {

    /** Functions of one number. {@code NOT} takes BOOL; {@code NEGATE}, {@code ABS} and {@code SIGN} also take integers. */
    enum Function {
        NEGATE,
        ABS,
        /** -1, 0 or 1; 0 for zeros, NaN for NaN. */
        SIGN,
        EXP,
        LOG,
        SQRT,
        /** 1/sqrt(x). */
        RSQRT,
        RECIPROCAL,
        TANH,
        /** Gauss error function. */
        ERF,
        SIN,
        COS,
        FLOOR,
        NOT
    }

    /** Functions of two numbers. {@code EQUAL} and {@code LESS} give BOOL; {@code AND} and {@code OR} take BOOL. */
    enum Function2 {
        ADD,
        SUBTRACT,
        MULTIPLY,
        /** Integers: truncated towards zero; the least by -1 wraps to itself, by 0 is undefined. */
        DIVIDE,
        /** NaN if either is NaN. */
        MAXIMUM,
        /** NaN if either is NaN. */
        MINIMUM,
        /** Floats only. */
        POWER,
        EQUAL,
        LESS,
        AND,
        OR
    }

    /** How {@link Reduce} joins numbers. */
    enum Fold {
        SUM,
        MAX
    }

    /** Applies a function to each element. */
    record Unary(Function function) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            var type = in.get(0).type();
            boolean fits = switch (function) {
                case NOT -> type == DataType.BOOL;
                case NEGATE, ABS, SIGN -> type != DataType.BOOL && type != DataType.UINT8;
                case EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, ERF, SIN, COS, FLOOR -> type.isFloat();
            };
            check(fits, this, in, "does not take this type");
            return in;
        }

        @Override
        public boolean inPlace(int input, int output) {
            return true;
        }
    }

    /**
     * Applies a function to each pair of elements of two tensors of one rank; a dim of size 1 is repeated to the other's size.
     */
    record Binary(Function2 function) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 2);
            check(in.get(0).type() == in.get(1).type(), this, in, "needs two tensors of one type");
            var result = in.get(0).in(Inference.common(this, in));
            var type = in.get(0).type();
            boolean fits = switch (function) {
                case AND, OR -> type == DataType.BOOL;
                case EQUAL -> true;
                case POWER -> type.isFloat();
                case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM, LESS -> type != DataType.BOOL;
            };
            check(fits, this, in, "does not take this type");
            boolean compares = function == Function2.EQUAL || function == Function2.LESS;
            return List.of(compares ? result.as(DataType.BOOL) : result);
        }

        @Override
        public boolean inPlace(int input, int output) {
            return function != Function2.EQUAL && function != Function2.LESS;
        }
    }

    /** Inputs mask (BOOL), a, b of one rank, dims of size 1 repeated: a where the mask is true, else b. */
    record Select() implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 3);
            check(
                    in.get(0).type() == DataType.BOOL
                            && in.get(1).type() == in.get(2).type(),
                    this,
                    in,
                    "needs a bool mask and two tensors of one type");
            return List.of(in.get(1).in(Inference.common(this, in)));
        }

        @Override
        public boolean inPlace(int input, int output) {
            return input > 0;
        }
    }

    /**
     * Each element as another type: floats round to nearest even, float to integer truncates, BOOL is 0 or 1, to BOOL is x != 0. A
     * float that is beyond the integer type is undefined.
     */
    record Convert(DataType to) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            return List.of(in.get(0).as(to));
        }
    }

    /** A tensor known when the program is made: one value for every element, or all of them in row-major order. */
    record Constant(List<Double> values, TensorType type) implements Primitive {
        public Constant {
            values = List.copyOf(values);
            if (values.size() != 1 && values.size() != type.shape().elements()) {
                throw new ShapeException("constant: " + values.size() + " values for " + type + "; give 1 or all");
            }
        }

        /** Every element the same. */
        public Constant(double value, TensorType type) {
            this(List.of(value), type);
        }

        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 0);
            return List.of(type);
        }

        @Override
        public String label() {
            return "Constant(" + (values.size() == 1 ? values.get(0) : values.size() + " values") + ")";
        }
    }

    /** Each element is its index along {@code dim}. */
    record Iota(int dim, TensorType type) implements Primitive {
        public Iota {
            dim = type.shape().index(dim);
        }

        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 0);
            check(type.type() != DataType.BOOL, this, in, "can't count in bool");
            return List.of(type);
        }
    }

    /**
     * Random bits as INT32, by Philox4x32-10 (Salmon et al. 2011): element i is word i mod 4 of the block with counter (low and high
     * word of i / 4, low and high word of the input) and key (low and high word of {@code key}).
     *
     * <p>The input is an INT64 scalar, usually the training step.
     */
    record RandomBits(long key, Shape shape) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            check(in.get(0).equals(new TensorType(DataType.INT64, Shape.SCALAR)), this, in, "needs an i64 scalar");
            return List.of(new TensorType(DataType.INT32, shape));
        }
    }

    /**
     * Matrix product of the two innermost dims, [.., M, K] x [.., K, N] to [.., M, N], each operand read transposed on request; outer
     * dims are equal. Sums are kept in {@link DataType#accumulator()}.
     */
    record MatMul(boolean transposeLeft, boolean transposeRight) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 2);
            Shape left = in.get(0).shape();
            Shape right = in.get(1).shape();
            check(
                    in.get(0).type() == in.get(1).type() && in.get(0).type().isFloat(),
                    this,
                    in,
                    "needs floats of one type");
            check(
                    left.rank() >= 2 && left.rank() == right.rank(),
                    this,
                    in,
                    "needs two tensors of one rank, 2 or more");
            int outer = left.rank() - 2;
            check(left.dims().subList(0, outer).equals(right.dims().subList(0, outer)), this, in, "outer dims differ");
            check(
                    left.dim(transposeLeft ? -2 : -1) == right.dim(transposeRight ? -1 : -2),
                    this,
                    in,
                    "inner dims differ");
            return List.of(in.get(0)
                    .in(left.with(-2, left.dim(transposeLeft ? -1 : -2))
                            .with(-1, right.dim(transposeRight ? -2 : -1))));
        }
    }

    /** Joins the elements along {@code dim} into one; the dim stays, with size 1. An empty SUM is 0. MAX is NaN if any element is. */
    record Reduce(Fold fold, int dim) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            check(in.get(0).type() != DataType.BOOL, this, in, "can't reduce bool");
            check(dim >= 0, this, in, "counts its dim from the front");
            var shape = in.get(0).shape();
            check(fold == Fold.SUM || shape.dim(dim) > 0, this, in, "has nothing to take the maximum of");
            return List.of(in.get(0).in(shape.with(dim, 1)));
        }
    }

    /** Repeats dims of size 1 up to the sizes of {@code shape}, which has the same rank. */
    record Broadcast(Shape shape) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            var from = in.get(0).shape();
            check(from.rank() == shape.rank(), this, in, "keeps the rank");
            for (int d = 0; d < shape.rank(); d++) {
                check(from.dim(d) == shape.dim(d) || from.dim(d) == 1, this, in, "can repeat only dims of size 1");
            }
            return List.of(in.get(0).in(shape));
        }
    }

    /** The same elements in the same order under other sizes. Costs nothing: the memory plan makes it a view. */
    record Reshape(Shape shape) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            check(in.get(0).shape().elements() == shape.elements(), this, in, "keeps the number of elements");
            return List.of(in.get(0).in(shape));
        }

        @Override
        public boolean inPlace(int input, int output) {
            return true;
        }
    }

    /** Reorders dims: dim i of the output is dim {@code order[i]} of the input. */
    record Transpose(List<Integer> order) implements Primitive {
        public Transpose {
            order = List.copyOf(order);
        }

        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            var shape = in.get(0).shape();
            check(
                    order.stream().sorted().toList().equals(Inference.range(shape.rank())),
                    this,
                    in,
                    "needs each dim once");
            return List.of(in.get(0).in(new Shape(order.stream().map(shape::dim).toList())));
        }
    }

    /** The part of {@code length} elements along {@code dim} that begins at {@code start}. */
    record Slice(int dim, int start, int length) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            var shape = in.get(0).shape();
            check(dim >= 0, this, in, "counts its dim from the front");
            check(start >= 0 && length >= 0 && (long) start + length <= shape.dim(dim), this, in, "reaches outside");
            return List.of(in.get(0).in(shape.with(dim, length)));
        }
    }

    /** Puts tensors behind each other along {@code dim}; all other sizes are equal. At least one input. */
    record Concatenate(int dim) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            check(!in.isEmpty() && dim >= 0, this, in, "needs an input, and counts its dim from the front");
            var first = in.get(0);
            int size = 0;
            for (var next : in) {
                check(
                        next.type() == first.type()
                                && next.shape().rank() == first.shape().rank()
                                && next.shape()
                                        .with(dim, 1)
                                        .equals(first.shape().with(dim, 1)),
                        this,
                        in,
                        "needs equal sizes in all other dims");
                size += next.shape().dim(dim);
            }
            return List.of(first.in(first.shape().with(dim, size)));
        }
    }

    /** Inputs table [V, ..] and INT32 indices [I..]: rows of the table, [I.., ..]. An index outside the table is undefined. */
    record Gather() implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 2);
            var table = in.get(0).shape();
            check(table.rank() >= 1 && in.get(1).type() == DataType.INT32, this, in, "needs a table and i32 indices");
            var sizes = new ArrayList<>(in.get(1).shape().dims());
            sizes.addAll(table.dims().subList(1, table.rank()));
            return List.of(in.get(0).in(new Shape(sizes)));
        }
    }

    /**
     * Inputs INT32 indices [I..] and updates [I.., ..]: a table of {@code rows} rows that holds, for each row, the sum of the updates
     * whose index names it. Sums in the order of the indices. An index outside the table is undefined.
     */
    record ScatterAdd(int rows) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 2);
            var indices = in.get(0).shape();
            var updates = in.get(1).shape();
            check(
                    in.get(0).type() == DataType.INT32
                            && in.get(1).type() != DataType.BOOL
                            && updates.rank() >= indices.rank()
                            && updates.dims().subList(0, indices.rank()).equals(indices.dims()),
                    this,
                    in,
                    "needs i32 indices and updates that begin with their shape");
            var sizes = new ArrayList<Integer>();
            sizes.add(rows);
            sizes.addAll(updates.dims().subList(indices.rank(), updates.rank()));
            return List.of(in.get(1).in(new Shape(sizes)));
        }
    }

    /**
     * Inputs whole, part, and an INT32 scalar position: the whole with the part written along {@code dim} from that position on. A
     * part that reaches outside is undefined.
     */
    record WriteSlice(int dim) implements Primitive {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 3);
            var whole = in.get(0);
            var part = in.get(1);
            check(
                    dim >= 0
                            && whole.type() == part.type()
                            && whole.shape().rank() == part.shape().rank()
                            && part.shape().dim(dim) <= whole.shape().dim(dim)
                            && part.shape().with(dim, 1).equals(whole.shape().with(dim, 1))
                            && in.get(2).equals(new TensorType(DataType.INT32, Shape.SCALAR)),
                    this,
                    in,
                    "needs a whole, a part of equal other sizes, and an i32 scalar");
            return List.of(whole);
        }

        @Override
        public boolean inPlace(int input, int output) {
            return input == 0;
        }
    }
}
