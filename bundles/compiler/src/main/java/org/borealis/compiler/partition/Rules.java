package org.borealis.compiler.partition;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.parallel.Placement;
import org.borealis.parallel.Placement.Partial;
import org.borealis.parallel.Placement.Shard;
import org.borealis.tensor.Collective;
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
import org.borealis.tensor.TensorType;

/** Where the result of each operation is, given where its inputs are. At least one input is split or a summand. */
final class Rules {
    private final Partition partition;

    Rules(Partition partition) {
        this.partition = partition;
    }

    Placed place(Primitive op, List<Placed> in, TensorType out) {
        return switch (op) {
            case Unary(var function) -> {
                var x = function == Function.NEGATE && isSum(in.get(0)) ? in.get(0) : partition.settle(in.get(0));
                yield partition.on(op, x.at(), out, x);
            }
            case Convert(var to) -> {
                boolean widens = to.isFloat()
                        && in.get(0).whole().type().isFloat()
                        && to.bytes() >= in.get(0).whole().type().bytes();
                var x = isSum(in.get(0)) && widens ? in.get(0) : partition.settle(in.get(0));
                yield partition.on(op, x.at(), out, x);
            }
            case Binary(var function) -> pair(op, function, in, out);
            case Select() -> together(op, in.stream().map(partition::settle).toList(), out);
            case MatMul product -> new Products(partition).place(product, in, out);
            case Reduce reduce -> reduce(reduce, in.get(0), out);
            case Broadcast(var shape) -> {
                var x = in.get(0);
                yield partition.on(new Broadcast(x.at().local(shape, partition.ranks())), x.at(), out, x);
            }
            case Reshape reshape -> {
                var x = in.get(0);
                var shape = reshape.shape();
                if (x.at() instanceof Shard from) {
                    var to = Reshaping.of(x.shape(), shape, from, partition.ranks());
                    x = to.isEmpty() ? partition.move(x, Placement.REPLICATE) : x;
                    var at = to.map(Placement.class::cast).orElse(Placement.REPLICATE);
                    yield partition.view(new Reshape(at.local(shape, partition.ranks())), at, out, x);
                }
                yield partition.view(reshape, x.at(), out, x);
            }
            case Transpose(var order) -> {
                var x = in.get(0);
                var at = x.at() instanceof Shard(int dim, int blocks) ? new Shard(order.indexOf(dim), blocks) : x.at();
                yield partition.on(op, at, out, x);
            }
            case Slice slice -> slice(slice, in.get(0), out);
            case Concatenate concatenate -> concatenate(concatenate, in, out);
            case Gather() -> new Indexing(partition).gather(in.get(0), in.get(1), out);
            case ScatterAdd scatter -> new Indexing(partition).scatter(scatter, in.get(0), in.get(1), out);
            case WriteSlice _, RandomBits _ -> replicated(op, in, out);
            case Constant _, Iota _ -> throw new IllegalStateException(op.label() + " has no inputs");
        };
    }

    /** What an earlier axis brought: it works on every part alone, but for the dim that counts its ranks. */
    Placed place(Collective op, List<Placed> in, TensorType out) {
        if (in.isEmpty() || in.get(0).isReplicated() || in.get(0).isOwned()) {
            var at = in.isEmpty() ? Placement.REPLICATE : in.get(0).at();
            return partition.on(op, at, out, in.toArray(Placed[]::new));
        }
        var x = partition.settle(in.get(0));
        return switch (op) {
            case Collective.AllReduce _,
                    Collective.Shift _,
                    Collective.ReduceTo _,
                    Collective.Summand _,
                    Collective.Only _ -> partition.on(op, x.at(), out, x);
            case Collective.BroadcastFrom(var name, int rank, var _) ->
                partition.on(new Collective.BroadcastFrom(name, rank, x.local().type()), x.at(), out, x);
            case Collective.Own(var _, int dim, int _) when !x.isSplit(dim) -> partition.on(op, x.at(), out, x);
            case Collective.AllGather _
            when x.at() instanceof Shard(int dim, int blocks) -> partition.on(op, new Shard(dim + 1, blocks), out, x);
            case Collective.ReduceScatter _
            when x.at() instanceof Shard(int dim, int blocks) && dim > 0 ->
                partition.on(op, new Shard(dim - 1, blocks), out, x);
            case Collective.AllToAll _
            when x.at() instanceof Shard(int dim, int _) && dim > 0 -> partition.on(op, x.at(), out, x);
            case Collective.AllGather _,
                    Collective.ReduceScatter _,
                    Collective.AllToAll _,
                    Collective.Own _,
                    Collective.Index _ ->
                partition.on(op, Placement.REPLICATE, out, partition.move(x, Placement.REPLICATE));
        };
    }

    private static boolean isSum(Placed x) {
        return x.at() instanceof Partial(var fold) && fold == Fold.SUM;
    }

    private Placed replicated(Primitive op, List<Placed> in, TensorType out) {
        return partition.on(
                op,
                Placement.REPLICATE,
                out,
                in.stream().map(x -> partition.move(x, Placement.REPLICATE)).toArray(Placed[]::new));
    }

    private Placed pair(Primitive op, Function2 function, List<Placed> in, TensorType out) {
        var x = in.get(0);
        var y = in.get(1);
        boolean adds = function == Function2.ADD || function == Function2.SUBTRACT;
        boolean scales =
                isSum(x) && y.isReplicated() && (function == Function2.MULTIPLY || function == Function2.DIVIDE)
                        || isSum(y) && x.isReplicated() && function == Function2.MULTIPLY;
        if (adds && isSum(x) && isSum(y) || scales) {
            return partition.on(op, Placement.PARTIAL, out, x, y);
        }
        if (adds && out.shape().elements() == 1 && (isSum(x) || isSum(y)) && (x.isReplicated() || y.isReplicated())) {
            // one number that all have, and a summand of another: no need to talk before more has been added
            return partition.on(
                    op,
                    Placement.PARTIAL,
                    out,
                    partition.move(x, Placement.PARTIAL),
                    partition.move(y, Placement.PARTIAL));
        }
        return together(op, List.of(settle(x, y), settle(y, x)), out);
    }

    /** Makes a summand whole; only the part that the other operand has, if that is split. */
    private Placed settle(Placed x, Placed other) {
        return isSum(x) && other.isSplit() && x.shape().equals(other.shape())
                ? partition.move(x, other.at())
                : partition.settle(x);
    }

    /** Element by element: all inputs where the largest split one is. */
    private Placed together(Primitive op, List<Placed> in, TensorType out) {
        var model = in.stream()
                .filter(Placed::isSplit)
                .max(Comparator.comparingLong(x -> x.shape().elements()));
        if (model.isEmpty()) {
            return partition.on(op, Placement.REPLICATE, out, in.toArray(Placed[]::new));
        }
        var at = (Shard) model.get().at();
        var moved = in.stream().map(x -> x.shape().dim(at.dim()) == 1 ? whole(x) : partition.move(x, at));
        return partition.on(op, at, out, moved.toArray(Placed[]::new));
    }

    private Placed whole(Placed x) {
        return partition.move(x, Placement.REPLICATE);
    }

    private Placed reduce(Reduce op, Placed given, TensorType out) {
        var x = isSum(given) && op.fold() == Fold.SUM ? given : partition.settle(given);
        return x.isSplit(op.dim())
                ? partition.on(op, new Partial(op.fold()), out, x)
                : partition.on(op, x.at(), out, x);
    }

    private Placed slice(Slice op, Placed x, TensorType out) {
        if (!(x.at() instanceof Shard(int dim, int blocks)) || dim != op.dim()) {
            return partition.on(op, x.at(), out, x);
        }
        int block = x.shape().dim(dim) / blocks;
        if (op.start() % block != 0 || op.length() % block != 0 || op.length() == 0) {
            return partition.on(op, Placement.REPLICATE, out, whole(x));
        }
        int ranks = partition.ranks();
        return partition.on(
                new Slice(dim, op.start() / ranks, op.length() / ranks), new Shard(dim, op.length() / block), out, x);
    }

    private Placed concatenate(Concatenate op, List<Placed> in, TensorType out) {
        if (in.stream().allMatch(Rules::isSum)) {
            return partition.on(op, Placement.PARTIAL, out, in.toArray(Placed[]::new));
        }
        var settled = in.stream().map(partition::settle).toList();
        var model = settled.stream().filter(Placed::isSplit).findFirst();
        if (model.isEmpty()) {
            return partition.on(op, Placement.REPLICATE, out, settled.toArray(Placed[]::new));
        }
        var at = (Shard) model.get().at();
        if (at.dim() != op.dim()) {
            var moved = settled.stream().map(x -> partition.move(x, at));
            return partition.on(op, at, out, moved.toArray(Placed[]::new));
        }
        int block = model.get().shape().dim(at.dim()) / at.blocks();
        var joined = joined(settled, at.dim(), block);
        return joined.isEmpty()
                ? replicated(op, settled, out)
                : partition.on(
                        op, joined.get(), out, parts(settled, at.dim(), block).toArray(Placed[]::new));
    }

    private static Optional<Shard> joined(List<Placed> in, int dim, int block) {
        int blocks = 0;
        for (var x : in) {
            if (x.shape().dim(dim) % block != 0) {
                return Optional.empty();
            }
            blocks += x.shape().dim(dim) / block;
        }
        return Optional.of(new Shard(dim, blocks));
    }

    private Stream<Placed> parts(List<Placed> in, int dim, int block) {
        return in.stream().map(x -> partition.move(x, new Shard(dim, x.shape().dim(dim) / block)));
    }
}
