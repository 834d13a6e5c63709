package org.borealis.optimizer.adam;

import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/** A tensor as codes, each block of so many elements with a scale of its own. */
record Blocks(String name, DynamicCode code, int length) {

    /** Codes [N, length], UINT8, and scales [N, 1], FLOAT32. */
    List<Optimizer.State> state(Shape shape) {
        int count = count(shape);
        return List.of(
                new Optimizer.State(name, TensorType.of(DataType.UINT8, count, length), code.zero()),
                new Optimizer.State(name + "Scale", TensorType.of(DataType.FLOAT32, count, 1), 0));
    }

    private int count(Shape shape) {
        return Math.toIntExact((shape.elements() + length - 1) / length);
    }

    /** The tensor that codes and scales stand for. */
    Tensor read(List<Tensor> state, TensorType type) {
        var values = code.decode(state.get(0)).times(state.get(1)).as(type.type());
        long elements = type.shape().elements();
        boolean isWhole = values.shape().elements() == elements;
        var wanted = isWhole
                ? values
                : values.reshape((int) values.shape().elements()).slice(0, 0, (int) elements);
        return wanted.reshape(type.shape());
    }

    /** Codes and scales of a tensor; the greatest element of each block is kept as it is. */
    List<Tensor> write(Tensor x) {
        var single = x.as(DataType.FLOAT32);
        int count = count(x.shape());
        int missing = (int) ((long) count * length - x.shape().elements());
        if (missing > 0) {
            var none = single.scalar(0).stretch(Shape.of(missing));
            single = single.reshape((int) x.shape().elements()).concatenate(0, none);
        }
        var blocks = single.reshape(count, length);
        var scale = blocks.abs().max(1).dividedBy(code.greatest());
        var none = scale.equalTo(scale.scalar(0));
        var divisor = none.select(scale.fill(1), scale);
        return List.of(code.encode(blocks.dividedBy(divisor)), scale);
    }
}
