package org.borealis.compiler.partition;

import java.util.ArrayList;
import java.util.List;
import org.borealis.parallel.Placement;
import org.borealis.parallel.Placement.Shard;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/** Rows of tables that are split by rows, as an embedding by its vocabulary, or by columns. */
final class Indexing {
    private final Partition partition;

    Indexing(Partition partition) {
        this.partition = partition;
    }

    Placed gather(Placed givenTable, Placed givenIndices, TensorType out) {
        var table = partition.settle(givenTable);
        var indices = partition.settle(givenIndices);
        int rank = indices.shape().rank();
        if (table.at() instanceof Shard(int dim, int blocks) && dim == 0 && blocks > 1) {
            table = partition.move(table, Placement.REPLICATE); // a rank's rows do not stand behind each other
        }
        if (table.at() instanceof Shard(int dim, int blocks)) {
            var whole = partition.move(indices, Placement.REPLICATE);
            return dim > 0
                    ? partition.on(new Gather(), new Shard(rank + dim - 1, blocks), out, table, whole)
                    : new Placed(ownRows(table.local(), whole.local()), out, Placement.PARTIAL);
        }
        return partition.on(new Gather(), indices.at(), out, table, indices);
    }

    /** The rows that this rank has, and zeros for others. */
    private Tensor ownRows(Tensor table, Tensor indices) {
        var own = own(indices, table.dim(0));
        var rows = table.gather(own.index());
        var here = own.isHere().as(rows.type().type());
        for (int d = here.shape().rank(); d < rows.shape().rank(); d++) {
            here = here.reshape(new Shape(append(here.shape())));
        }
        return rows.times(here);
    }

    private static List<Integer> append(Shape shape) {
        var dims = new ArrayList<>(shape.dims());
        dims.add(1);
        return dims;
    }

    /**
     * Indices into this rank's rows.
     *
     * @param index 0 where the row is elsewhere
     */
    private record Own(Tensor index, Tensor isHere) {}

    private Own own(Tensor indices, int rows) {
        var first = partition.rank().times(indices.constant(new TensorType(DataType.INT32, Shape.SCALAR), rows));
        var index = indices.minus(first);
        var isHere = index.less(index.scalar(0)).not().and(index.less(index.scalar(rows)));
        return new Own(isHere.select(index, index.scalar(0)), isHere);
    }

    Placed scatter(ScatterAdd op, Placed givenIndices, Placed givenUpdates, TensorType out) {
        var indices = partition.settle(givenIndices);
        var updates = partition.settle(givenUpdates);
        int rank = indices.shape().rank();
        if (updates.at() instanceof Shard(int dim, int blocks) && dim >= rank) {
            var whole = partition.move(indices, Placement.REPLICATE);
            return partition.on(op, new Shard(dim - rank + 1, blocks), out, whole, updates);
        }
        var at = updates.isSplit() ? updates.at() : indices.at();
        return at instanceof Shard
                ? partition.on(op, Placement.PARTIAL, out, partition.move(indices, at), partition.move(updates, at))
                : partition.on(op, Placement.REPLICATE, out, indices, updates);
    }

    /** This rank's rows of a table into which updates are summed that every rank has: those for other rows go to one that is dropped. */
    Placed ownRows(Placed indices, Placed updates, TensorType out, Shard to) {
        int rows = out.shape().dim(0) / partition.ranks();
        var own = own(indices.local(), rows);
        var index = own.isHere().select(own.index(), own.index().scalar(rows));
        var table = updates.local().scatterAdd(index, rows + 1).slice(0, 0, rows);
        return new Placed(table, out, to);
    }
}
