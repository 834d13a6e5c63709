package org.borealis.compiler.partition;

import java.util.List;
import org.borealis.parallel.Placement;
import org.borealis.parallel.Placement.Shard;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.TensorType;

/**
 * Matrix products [.., M, K] x [.., K, N] of split operands. Split along K on both sides, they give summands; split along M or N, a part
 * of the result. Where the two sides contradict each other, the left one is gathered, which in a model is the activation
 * (Shoeybi et al. 2019; Korthikanti et al. 2022).
 */
final class Products {
    private final Partition partition;

    Products(Partition partition) {
        this.partition = partition;
    }

    Placed place(MatMul op, List<Placed> in, TensorType out) {
        var x = partition.settle(in.get(0));
        var y = partition.settle(in.get(1));
        int rank = out.shape().rank();
        int m = op.transposeLeft() ? rank - 1 : rank - 2;
        int k = op.transposeLeft() ? rank - 2 : rank - 1;
        int inner = op.transposeRight() ? rank - 1 : rank - 2;
        int n = op.transposeRight() ? rank - 2 : rank - 1;
        if (x.at() instanceof Shard(int dim, int _) && dim < rank - 2) {
            return partition.on(op, x.at(), out, x, partition.move(y, x.at()));
        }
        if (y.at() instanceof Shard(int dim, int _) && dim < rank - 2) {
            return partition.on(op, y.at(), out, partition.move(x, y.at()), y);
        }
        if (x.isSplit(k) && (y.isReplicated() || y.isSplit(inner))) {
            int blocks = ((Shard) x.at()).blocks();
            return partition.on(op, Placement.PARTIAL, out, x, partition.move(y, new Shard(inner, blocks)));
        }
        if (y.isSplit(inner) && x.isReplicated()) {
            int blocks = ((Shard) y.at()).blocks();
            return partition.on(op, Placement.PARTIAL, out, partition.move(x, new Shard(k, blocks)), y);
        }
        if (x.isSplit(m) && y.isSplit(inner)) {
            y = partition.move(y, Placement.REPLICATE);
        } else if (y.isSplit(n)) {
            x = partition.move(x, Placement.REPLICATE);
        }
        if (x.at() instanceof Shard(int _, int blocks)) {
            return partition.on(op, new Shard(rank - 2, blocks), out, x, y);
        }
        if (y.at() instanceof Shard(int _, int blocks)) {
            return partition.on(op, new Shard(rank - 1, blocks), out, x, y);
        }
        return partition.on(op, Placement.REPLICATE, out, x, y);
    }
}
