package org.borealis.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The largest numbers of each innermost row, largest first, and where they stand; of equal ones, the first.
 *
 * <p>Input x [.., E]; outputs values [.., count] of its type and INT32 indices [.., count]. In a row with NaN, values are undefined, and
 * indices are of the row.
 *
 * @param count how many, at most E
 */
@ProviderType
public record TopK(int count) implements Composite {

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var x = in.get(0);
        int last = x.dim(-1) - 1;
        if (count < 1 || count > last + 1) {
            throw new ShapeException(label() + ": wanted 1 to " + (last + 1) + " of " + x.type());
        }
        var index = index(x);
        var fromBehind = index.negate().plus(last);
        var values = new Tensor[count];
        var indices = new Tensor[count];
        var rest = x;
        for (int i = 0; i < count; i++) {
            var isLargest = rest.equalTo(rest.max(-1));
            indices[i] = isLargest
                    .select(fromBehind, fromBehind.scalar(0))
                    .max(-1)
                    .negate()
                    .plus(last); // the first of the largest
            var isTaken = index.equalTo(indices[i]);
            values[i] = isTaken.select(x, x.scalar(0)).sum(-1);
            rest = isTaken.select(rest.scalar(Double.NEGATIVE_INFINITY), rest);
        }
        return List.of(joined(values), joined(indices));
    }

    /** [1.., E], each element its index. */
    private static Tensor index(Tensor x) {
        var sizes =
                new Shape(IntStream.range(0, x.shape().rank()).mapToObj(_ -> 1).toList());
        return x.iota(x.shape().rank() - 1, new TensorType(DataType.INT32, sizes.with(-1, x.dim(-1))));
    }

    private static Tensor joined(Tensor[] columns) {
        return columns.length == 1
                ? columns[0]
                : columns[0].concatenate(-1, Arrays.copyOfRange(columns, 1, columns.length));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients
                .get(0)
                .map(dy -> List.of(pull(in.get(0), out.get(1), dy)))
                .orElse(List.of());
    }

    private Tensor pull(Tensor x, Tensor indices, Tensor dy) {
        var index = index(x);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    var flow = dy.slice(-1, i, 1);
                    return index.equalTo(indices.slice(-1, i, 1)).select(flow, flow.scalar(0));
                })
                .reduce(Tensor::plus)
                .orElseThrow();
    }
}
