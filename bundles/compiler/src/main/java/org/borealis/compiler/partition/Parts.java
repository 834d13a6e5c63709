package org.borealis.compiler.partition;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.compiler.partition.Partition.Made;
import org.borealis.parallel.Placement.Shard;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/**
 * This rank's part of a tensor that all could compute: rather than to cut it from the whole, only the part is computed, as far back as
 * that goes. The whole is dropped if nobody else needs it.
 */
final class Parts {
    private final Partition partition;
    private final Map<Key, Placed> known = new HashMap<>();

    private record Key(int value, Shard to) {}

    Parts(Partition partition) {
        this.partition = partition;
    }

    Placed of(Placed x, Shard to) {
        if (!x.isReplicated()) {
            return partition.bring(x, to);
        }
        to.local(x.shape(), partition.ranks());
        var key = new Key(x.local().id(), to);
        var found = known.get(key);
        if (found == null) {
            found = partition.made(x).map(made -> of(x, made, to)).orElseGet(() -> partition.bring(x, to));
            known.put(key, found);
        }
        return found;
    }

    private Placed of(Placed x, Made made, Shard to) {
        return switch (made.op()) {
            case Unary _, Binary _, Select _, Convert _ ->
                partition.on(
                        made.op(),
                        to,
                        x.whole(),
                        made.inputs().stream()
                                .map(in -> in.shape().dim(to.dim()) == 1 ? in : of(in, to))
                                .toArray(Placed[]::new));
            case Broadcast(var shape) -> {
                var in = made.inputs().get(0);
                yield partition.on(
                        new Broadcast(to.local(shape, partition.ranks())),
                        to,
                        x.whole(),
                        in.shape().dim(to.dim()) == 1 ? in : of(in, to));
            }
            case Reshape(var shape) -> {
                var in = made.inputs().get(0);
                var from = Reshaping.of(shape, in.shape(), to, partition.ranks())
                        .filter(shard -> Reshaping.of(in.shape(), shape, shard, partition.ranks())
                                .filter(to::equals)
                                .isPresent());
                yield from.isEmpty()
                        ? partition.bring(x, to)
                        : partition.on(
                                new Reshape(to.local(shape, partition.ranks())), to, x.whole(), of(in, from.get()));
            }
            case Constant(var values, var type)
            when values.size() == 1 -> partition.on(new Constant(values, local(type, to)), to, x.whole());
            case Iota(int dim, var type)
            when dim != to.dim() -> partition.on(new Iota(dim, local(type, to)), to, x.whole());
            case Iota(int dim, var type) when to.blocks() == 1 -> new Placed(counted(dim, type, to), x.whole(), to);
            case Gather()
            when to.dim() < made.inputs().get(1).shape().rank() ->
                partition.on(
                        made.op(),
                        to,
                        x.whole(),
                        made.inputs().get(0),
                        of(made.inputs().get(1), to));
            case ScatterAdd _
            when to.dim() == 0 && to.blocks() == 1 ->
                new Indexing(partition)
                        .ownRows(made.inputs().get(0), made.inputs().get(1), x.whole(), to);
            default -> partition.bring(x, to);
        };
    }

    private TensorType local(TensorType type, Shard to) {
        return type.in(to.local(type.shape(), partition.ranks()));
    }

    private Tensor counted(int dim, TensorType type, Shard to) {
        var local = local(type, to);
        var count = partition.builder().apply(new Iota(dim, local), List.of()).get(0);
        var first = partition.rank().as(type.type());
        return count.plus(first.times(first.scalar(local.shape().dim(dim))));
    }
}
