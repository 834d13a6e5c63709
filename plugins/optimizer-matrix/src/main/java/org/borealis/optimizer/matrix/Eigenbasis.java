package org.borealis.optimizer.matrix;

import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation.Qr;
import org.borealis.tensor.composite.Factorisation.SymmetricEigen;

/** Bases in which running averages of g g' are near to diagonal, largest first. */
final class Eigenbasis {
    private Eigenbasis() {}

    /** Eigenvectors of statistics [N, N], as columns. */
    static Tensor of(Tensor statistics) {
        var vectors = statistics.apply(new SymmetricEigen()).get(1);
        int size = vectors.dim(0);
        var backwards =
                vectors.iota(0, TensorType.of(DataType.INT32, size)).negate().plus(size - 1);
        return columns(vectors, backwards);
    }

    /**
     * @param basis the next basis, one power iteration on (Vyas et al. 2025, algorithm 4)
     * @param order INT32 [N]: where each of its vectors stood in the basis before
     */
    record Next(Tensor basis, Tensor order) {}

    /** The basis of statistics that have changed since {@code before} was theirs. */
    static Next next(Tensor statistics, Tensor before) {
        var power = statistics.matmul(before);
        var values = before.times(power).sum(0); // [1, N]: what eigenvalues seem to be
        var order = descending(values);
        return new Next(columns(power, order).apply(new Qr()).get(0), order);
    }

    /** Columns [M, N] in another order. */
    static Tensor columns(Tensor matrix, Tensor order) {
        return matrix.swap(0, 1).gather(order).swap(0, 1);
    }

    /** Indices [N] of values [1, N], of the largest first; of equal ones the first. */
    private static Tensor descending(Tensor values) {
        int size = values.dim(1);
        var own = values.reshape(size, 1);
        var index = values.iota(0, TensorType.of(DataType.INT32, size));
        var isEarlier = index.reshape(1, size).less(index.reshape(size, 1));
        var isBefore = own.less(values).or(own.equalTo(values).and(isEarlier)); // [own, other]
        var place = isBefore.as(DataType.INT32).sum(1).reshape(size);
        return index.scatterAdd(place, size);
    }
}
