package org.borealis.optimizer.matrix;

import java.util.List;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation.Svd;
import org.borealis.train.Optimizer.State;

/**
 * Gradients [M, N] seen along the few directions in which they are longest (Zhao et al. 2024, "GaLore"): N down to R with a basis [R, N]
 * on the right, or M down to R with a basis [M, R] on the left.
 *
 * @param rank R; no more than a matrix has
 * @param side {@code smaller} or {@code larger}, of the two dims, {@code left} or {@code right}
 * @param every how many updates there are between two bases
 */
record LowRank(int rank, String side, int every) {
    static final String REFRESH = "refresh";
    static final String COMMON = "common";
    static final List<String> KINDS = List.of(REFRESH, COMMON);

    LowRank {
        Requirement.that(rank >= 1, "rank has to be at least 1; got " + rank);
        Requirement.that(every >= 1, "every has to be at least 1; got " + every);
    }

    String kind(long number) {
        return (number - 1) % every == 0 ? REFRESH : COMMON;
    }

    private boolean isRight(Shape shape) {
        boolean isNarrow = shape.dim(0) >= shape.dim(1);
        return switch (side) {
            case "left" -> false;
            case "right" -> true;
            case "larger" -> !isNarrow;
            default -> isNarrow;
        };
    }

    private int rank(Shape shape) {
        return Math.min(rank, Math.min(shape.dim(0), shape.dim(1)));
    }

    /** The basis, then moments of what is seen. */
    List<State> state(Parameter parameter, DataType type) {
        var shape = parameter.shape();
        int least = rank(shape);
        var moments = Moments.state(new TensorType(type, isRight(shape) ? shape.with(1, least) : shape.with(0, least)));
        var basis = new TensorType(type, isRight(shape) ? shape.with(0, least) : shape.with(1, least));
        return List.of(new State("basis", basis, 0), moments.get(0), moments.get(1));
    }

    /** The longest directions of a gradient; of two opposite ones the one that is nearer to that of the basis before. */
    Tensor basis(Tensor gradient, Tensor before) {
        var svd = gradient.apply(new Svd());
        boolean isRight = isRight(gradient.shape());
        int least = rank(gradient.shape());
        return aligned(
                isRight ? svd.get(2).slice(0, 0, least) : svd.get(0).slice(1, 0, least), before, isRight ? 1 : 0);
    }

    /** @param along the dim along which the elements of a vector lie */
    static Tensor aligned(Tensor basis, Tensor before, int along) {
        var nearness = basis.times(before).sum(along);
        return nearness.less(nearness.scalar(0)).select(basis.negate(), basis);
    }

    /** [M, N] to [M, R] or [R, N]. */
    Tensor down(Tensor gradient, Tensor basis) {
        return isRight(gradient.shape()) ? gradient.matmul(false, basis, true) : basis.matmul(true, gradient, false);
    }

    /** Back to {@code shape} [M, N]. */
    Tensor up(Tensor low, Tensor basis, Shape shape) {
        return isRight(shape) ? low.matmul(basis) : basis.matmul(low);
    }

    /** The dim of what is seen that has been made smaller. */
    int dim(Shape shape) {
        return isRight(shape) ? 1 : 0;
    }
}
