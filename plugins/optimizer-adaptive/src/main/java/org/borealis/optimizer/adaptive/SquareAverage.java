package org.borealis.optimizer.adaptive;

import java.util.List;
import java.util.function.BinaryOperator;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/**
 * A moving average of squares that remembers only the means of rows and of columns, if there are both (Shazeer and Stern 2018, section
 * 3); of a tensor of more dims, those of the two innermost ones.
 */
record SquareAverage(String name) {

    /** Whether a parameter has rows and columns. */
    static boolean isFactored(Shape shape) {
        return shape.rank() >= 2 && shape.dim(-1) > 1 && shape.dim(-2) > 1;
    }

    /** What is remembered. */
    List<Optimizer.State> state(Shape shape, DataType type) {
        return isFactored(shape)
                ? List.of(
                        new Optimizer.State(name + "Rows", new TensorType(type, shape.with(-1, 1)), 0),
                        new Optimizer.State(name + "Columns", new TensorType(type, shape.with(-2, 1)), 0))
                : List.of(new Optimizer.State(name, new TensorType(type, shape), 0));
    }

    /**
     * The average with these squares.
     *
     * @param mean of what is remembered and what comes new
     */
    static List<Tensor> next(List<Tensor> before, Tensor squares, BinaryOperator<Tensor> mean) {
        return isFactored(squares.shape())
                ? List.of(mean.apply(before.get(0), squares.mean(-1)), mean.apply(before.get(1), squares.mean(-2)))
                : List.of(mean.apply(before.get(0), squares));
    }

    /** A tensor divided by the root of the average. */
    static Tensor normal(Tensor x, List<Tensor> average) {
        if (average.size() == 1) {
            return x.times(average.get(0).rsqrt());
        }
        var rows = average.get(0);
        return x.times(rows.dividedBy(rows.mean(-2)).rsqrt())
                .times(average.get(1).rsqrt());
    }

    /** A tensor made shorter if its root mean square is above a limit. */
    static Tensor clipped(Tensor x, double limit) {
        var size = rootMeanSquare(x).dividedBy(limit);
        return x.dividedBy(size.maximum(size.scalar(1)));
    }

    /** A scalar. */
    static Tensor rootMeanSquare(Tensor x) {
        return x.times(x).sum().dividedBy(x.shape().elements()).sqrt();
    }
}
