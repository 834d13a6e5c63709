package org.borealis.tensor;

import static org.borealis.tensor.Inference.check;
import static org.borealis.tensor.Inference.count;

import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The closed set of operations in which the ranks along one axis of a mesh work together. Every rank of the axis runs the same
 * program, but for what {@link Only} one of them computes, so each meets its peers in the same operation. No model author writes one:
 * they come from splitting a program.
 *
 * <p>A leading dim of size {@code ranks} holds one part for each rank, in the order of the axis.
 */
@ProviderType
public sealed interface Collective extends Op {

    /** Name of the mesh axis. */
    String axis();

    /** Joins the ranks' tensors element by element; every rank gets the result, the same bits. */
    record AllReduce(String axis, Primitive.Fold fold) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            check(in.get(0).type() != DataType.BOOL, this, in, "can't reduce bool");
            return in;
        }

        @Override
        public boolean inPlace(int input, int output) {
            return true;
        }
    }

    /** Every rank's tensor behind each other, for every rank: [..] to [ranks, ..]. */
    record AllGather(String axis, int ranks) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            var sizes = new ArrayList<Integer>();
            sizes.add(ranks);
            sizes.addAll(in.get(0).shape().dims());
            return List.of(in.get(0).in(new Shape(sizes)));
        }
    }

    /** Part r of all ranks' tensors, summed, for rank r: [ranks, ..] to [..]. */
    record ReduceScatter(String axis, int ranks) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            requireParts(this, in, ranks);
            var dims = in.get(0).shape().dims();
            return List.of(in.get(0).in(new Shape(dims.subList(1, dims.size()))));
        }
    }

    /** Part r of every rank's tensor, in the order of the ranks, for rank r: [ranks, ..] to [ranks, ..]. */
    record AllToAll(String axis, int ranks) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            requireParts(this, in, ranks);
            return in;
        }
    }

    /** The tensor of the rank before, of the last rank for the first: a turn of a ring. */
    record Shift(String axis) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            return in;
        }
    }

    /** The part of {@code dim} that belongs to this rank, of {@code ranks} equal parts. Nothing is sent. */
    record Own(String axis, int dim, int ranks) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            var shape = in.get(0).shape();
            check(dim >= 0 && shape.dim(dim) % ranks == 0, this, in, "needs a dim that " + ranks + " divides");
            return List.of(in.get(0).in(shape.with(dim, shape.dim(dim) / ranks)));
        }
    }

    /** This rank's number along the axis, from 0, as an INT32 scalar. Nothing is sent. */
    record Index(String axis) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 0);
            return List.of(new TensorType(DataType.INT32, Shape.SCALAR));
        }
    }

    /** The sum of the ranks' tensors, for one of them; what the others have of the result means nothing. */
    record ReduceTo(String axis, int rank) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            check(in.get(0).type() != DataType.BOOL, this, in, "can't reduce bool");
            return in;
        }

        @Override
        public boolean inPlace(int input, int output) {
            return true;
        }
    }

    /** What one rank has, for all. In the program of another rank it has no operand; the type stands here for that. */
    record BroadcastFrom(String axis, int rank, TensorType type) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            check(in.isEmpty() || in.equals(List.of(type)), this, in, "sends " + type);
            return List.of(type);
        }

        @Override
        public boolean inPlace(int input, int output) {
            return true;
        }
    }

    /**
     * What one rank has, as a summand: the others have zeros. Nothing is sent. As with {@link Only}, what the operand was computed
     * from need not be there on the others.
     */
    record Summand(String axis, int rank) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            return in;
        }
    }

    /**
     * The operand, from here on for one rank only: what is computed from it, up to a {@link BroadcastFrom} or {@link Summand}, only
     * that rank computes. Nothing is sent.
     */
    record Only(String axis, int rank) implements Collective {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            count(this, in, 1);
            return in;
        }
    }

    private static void requireParts(Collective op, List<TensorType> in, int ranks) {
        count(op, in, 1);
        var shape = in.get(0).shape();
        check(shape.rank() > 0 && shape.dim(0) == ranks, op, in, "needs a leading dim of " + ranks);
    }
}
