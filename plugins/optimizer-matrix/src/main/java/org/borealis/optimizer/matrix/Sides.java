package org.borealis.optimizer.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;

/**
 * The dims of a matrix that have statistics and an eigenbasis. A vector counts as a matrix of one column.
 *
 * @param dims 0, 1 or both
 * @param shape of the parameter
 * @param state of each dim, statistics and then basis
 */
record Sides(List<Integer> dims, Shape shape, List<Tensor> state) {

    /** What is remembered, in its order. */
    static List<Tensor> state(List<Tensor> moments, List<Tensor> statistics, List<Tensor> bases) {
        var all = new ArrayList<>(moments);
        for (int i = 0; i < statistics.size(); i++) {
            all.add(statistics.get(i));
            all.add(bases.get(i));
        }
        return all;
    }

    List<Tensor> bases() {
        return indices().mapToObj(i -> state.get(2 * i + 1)).toList();
    }

    private IntStream indices() {
        return IntStream.range(0, dims.size());
    }

    /** Averages of g g' for rows, and of g' g for columns, with those of one more gradient. */
    List<Tensor> statistics(Tensor gradient, double beta) {
        var g = matrix(gradient);
        return indices()
                .mapToObj(i -> Moments.average(beta, state.get(2 * i), product(g, dims.get(i))))
                .toList();
    }

    private static Tensor product(Tensor g, int dim) {
        return dim == 0 ? g.matmul(false, g, true) : g.matmul(true, g, false);
    }

    List<Eigenbasis.Next> refreshed(List<Tensor> statistics) {
        return indices()
                .mapToObj(i -> Eigenbasis.next(statistics.get(i), state.get(2 * i + 1)))
                .toList();
    }

    /** A tensor seen in bases. */
    Tensor into(Tensor x, List<Tensor> bases) {
        return turned(x, bases, true);
    }

    /** A tensor that was seen in bases. */
    Tensor outOf(Tensor x, List<Tensor> bases) {
        return turned(x, bases, false);
    }

    private Tensor turned(Tensor x, List<Tensor> bases, boolean isInto) {
        var turned = matrix(x);
        for (int i = 0; i < dims.size(); i++) {
            turned = dims.get(i) == 0
                    ? bases.get(i).matmul(isInto, turned, false)
                    : turned.matmul(false, bases.get(i), !isInto);
        }
        return turned.reshape(shape);
    }

    /** Elements follow the vectors that they belong to. */
    Tensor reordered(Tensor x, List<Eigenbasis.Next> next) {
        var reordered = matrix(x);
        for (int i = 0; i < dims.size(); i++) {
            var order = next.get(i).order();
            reordered = dims.get(i) == 0 ? reordered.gather(order) : Eigenbasis.columns(reordered, order);
        }
        return reordered.reshape(shape);
    }

    private Tensor matrix(Tensor x) {
        return dims.isEmpty() || shape.rank() == 2 ? x : x.reshape(shape.dim(0), 1);
    }
}
