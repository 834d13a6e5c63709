package org.borealis.optimizer.matrix;

import java.util.Iterator;
import java.util.List;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer.State;

/**
 * Another optimizer's step, whose length a direction is given (Agarwal et al. 2020).
 *
 * @param kind {@code none}, {@code sgd}, {@code adagrad}, {@code rmsprop} or {@code adam}
 * @param beta how much of the squares is kept; of rmsprop and adam
 */
record Grafting(String kind, double beta, double epsilon) {

    boolean isThere() {
        return !kind.equals("none");
    }

    /** Sums or averages of squares, if it has them. */
    List<State> state(TensorType type) {
        return kind.equals("none") || kind.equals("sgd") ? List.of() : List.of(new State("graft", type, 0));
    }

    /** The squares with those of one more gradient. */
    List<Tensor> next(Tensor gradient, Iterator<Tensor> before) {
        var squares = gradient.times(gradient);
        return switch (kind) {
            case "none", "sgd" -> List.of();
            case "adagrad" -> List.of(before.next().plus(squares));
            default -> List.of(Moments.average(beta, before.next(), squares));
        };
    }

    /** The step for an averaged gradient. */
    Tensor direction(Tensor average, List<Tensor> state, Tensor number) {
        if (state.isEmpty()) {
            return average;
        }
        var squares = state.get(0);
        var fair = kind.equals("adam") ? Moments.corrected(squares, beta, number) : squares;
        return average.dividedBy(fair.sqrt().plus(epsilon));
    }
}
