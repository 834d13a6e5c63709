package org.borealis.tensor;

import java.util.List;
import java.util.stream.IntStream;

/** Checks that operations make of the types of their inputs. */
final class Inference {
    private Inference() {}

    static void check(boolean holds, Op op, List<TensorType> inputs, String complaint) {
        if (!holds) {
            throw new ShapeException(op.label() + " " + complaint + "; got " + inputs);
        }
    }

    static void count(Op op, List<TensorType> inputs, int wanted) {
        check(inputs.size() == wanted, op, inputs, "takes " + wanted + " inputs");
    }

    /** The shape that tensors of one rank stretch to, dims of size 1 being repeated. */
    static Shape common(Op op, List<TensorType> inputs) {
        var shape = inputs.get(0).shape();
        for (var next : inputs) {
            check(next.shape().rank() == shape.rank(), op, inputs, "needs tensors of one rank");
            for (int d = 0; d < shape.rank(); d++) {
                int size = next.shape().dim(d);
                check(size == shape.dim(d) || size == 1 || shape.dim(d) == 1, op, inputs, "needs equal sizes, or 1");
                shape = shape.dim(d) == 1 ? shape.with(d, size) : shape;
            }
        }
        return shape;
    }

    static List<Integer> range(int end) {
        return IntStream.range(0, end).boxed().toList();
    }
}
