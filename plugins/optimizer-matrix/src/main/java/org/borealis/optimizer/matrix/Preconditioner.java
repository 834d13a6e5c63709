package org.borealis.optimizer.matrix;

import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.InverseRoot;
import org.borealis.train.Optimizer.State;

/**
 * Shampoo's preconditioner of one block (Gupta et al. 2018): for each of its R dims statistics, which are averages of g g' with that dim
 * in front, and the 2R-th root of their inverse.
 *
 * @param beta how much of the statistics is kept; 1 sums them up
 * @param epsilon added to their eigenvalues
 */
record Preconditioner(double beta, double epsilon, boolean correctsBias) {

    /** @param block number of the block, for names */
    static Stream<State> state(Shape shape, int block, DataType type) {
        return IntStream.range(0, shape.rank()).boxed().flatMap(dim -> {
            var square = TensorType.of(type, shape.dim(dim), shape.dim(dim));
            return Stream.of(
                    new State("statistics" + dim + "block" + block, square, 0),
                    new State("root" + dim + "block" + block, square, 0));
        });
    }

    /**
     * A direction for a block.
     *
     * @param average of gradients; what is preconditioned
     * @param isFresh whether roots are computed anew
     * @param number of updates of the statistics, this one included; FLOAT64 scalar
     * @param before what was remembered of the block comes from here
     * @param after what is remembered now goes here
     */
    Tensor direction(
            Tensor average,
            Tensor gradient,
            boolean isFresh,
            Tensor number,
            Iterator<Tensor> before,
            List<Tensor> after) {
        var direction = average;
        int rank = average.shape().rank();
        for (int dim = 0; dim < rank; dim++) {
            var g = Unfolding.of(gradient, dim);
            var statistics = next(before.next(), g.matmul(false, g, true));
            var known = before.next();
            var root = isFresh
                    ? corrected(statistics, number)
                            .apply(new InverseRoot(2.0 * rank, epsilon))
                            .get(0)
                    : known;
            after.add(statistics);
            after.add(root);
            direction = Unfolding.back(root.matmul(Unfolding.of(direction, dim)), direction.shape(), dim);
        }
        return direction;
    }

    private Tensor next(Tensor statistics, Tensor product) {
        return beta == 1 ? statistics.plus(product) : Moments.average(beta, statistics, product);
    }

    private Tensor corrected(Tensor statistics, Tensor number) {
        return correctsBias ? Moments.corrected(statistics, beta, number) : statistics;
    }
}
