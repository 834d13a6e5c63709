package org.borealis.benchmarks.peer;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors that are trained, in the order they were made. */
final class Parameters {
    private final TensorVector all = new TensorVector();

    Tensor normal(long... sizes) {
        return add(torch.randn(sizes).mul_(new Scalar(0.02)));
    }

    Tensor fill(double value, long... sizes) {
        return add(torch.full(sizes, new Scalar(value), new TensorOptions(ScalarType.Float)));
    }

    private Tensor add(Tensor values) {
        values.requires_grad_(true);
        all.push_back(values);
        return values;
    }

    TensorVector all() {
        return all;
    }

    static Tensor ids(int rows, int columns, int... values) {
        var wide = new long[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return torch.tensor(wide, new TensorOptions(ScalarType.Long)).view(rows, columns);
    }
}
