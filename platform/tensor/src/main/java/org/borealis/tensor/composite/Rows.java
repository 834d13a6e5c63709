package org.borealis.tensor.composite;

import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/** Rows of tables of which every sequence has its own. */
final class Rows {
    private Rows() {}

    /** Rows of tables [B, N, C] at INT32 {@code indices} [B, M], to [B, M, C]; zeros for an index that is no row. */
    static Tensor of(Tensor tables, Tensor indices) {
        int batch = tables.dim(0);
        int rows = tables.dim(1);
        var isRow = indices.less(indices.scalar(0)).not().and(indices.less(indices.scalar(rows)));
        var first = indices.iota(0, TensorType.of(DataType.INT32, batch, 1)).times(rows);
        var row = isRow.select(indices, indices.scalar(0)).plus(first);
        var found = tables.reshape(tables.shape().joined(0, 2), tables.dim(2)).gather(row); // [B, M, C]
        return isRow.reshape(batch, indices.dim(1), 1).select(found, found.scalar(0));
    }
}
