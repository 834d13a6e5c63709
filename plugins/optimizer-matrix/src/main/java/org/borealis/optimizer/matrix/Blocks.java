package org.borealis.optimizer.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;

/**
 * A tensor cut along each dim into blocks of no more than so many elements.
 *
 * @param shape of the tensor that is cut
 */
record Blocks(Shape shape, int most) {

    /** Dims next to each other joined, first ones first, as long as their product is no more than {@code most}; 1s are dropped. */
    static Shape merged(Shape shape, int most) {
        var merged = new ArrayList<Integer>();
        for (int size : shape.dims()) {
            int last = merged.size() - 1;
            if (size != 1 && last >= 0 && (long) merged.get(last) * size <= most) {
                merged.set(last, merged.get(last) * size);
            } else if (size != 1) {
                merged.add(size);
            }
        }
        return merged.isEmpty() ? Shape.of(1) : new Shape(merged);
    }

    /** Sizes of blocks, in the order of {@link #of}. */
    List<Shape> shapes() {
        var shapes = List.of(shape);
        for (int dim = 0; dim < shape.rank(); dim++) {
            int along = dim;
            shapes = shapes.stream()
                    .flatMap(part -> IntStream.range(0, count(along))
                            .mapToObj(i -> part.with(along, Math.min(most, part.dim(along) - i * most))))
                    .toList();
        }
        return shapes;
    }

    private int count(int dim) {
        return Math.ceilDiv(shape.dim(dim), most);
    }

    /** Blocks of a tensor, those of the last dim next to each other. */
    List<Tensor> of(Tensor x) {
        var parts = List.of(x.reshape(shape));
        for (int dim = 0; dim < shape.rank(); dim++) {
            int along = dim;
            parts = parts.stream()
                    .flatMap(part -> IntStream.range(0, count(along))
                            .mapToObj(i -> part.slice(along, i * most, Math.min(most, part.dim(along) - i * most))))
                    .toList();
        }
        return parts;
    }

    /** The tensor that blocks make up. */
    Tensor joined(List<Tensor> blocks) {
        var parts = blocks;
        for (int dim = shape.rank() - 1; dim >= 0; dim--) {
            var longer = new ArrayList<Tensor>();
            for (int start = 0; start < parts.size(); start += count(dim)) {
                var line = parts.subList(start, start + count(dim));
                longer.add(
                        line.size() == 1
                                ? line.get(0)
                                : line.get(0)
                                        .concatenate(
                                                dim,
                                                line.subList(1, line.size()).toArray(Tensor[]::new)));
            }
            parts = longer;
        }
        return parts.get(0);
    }
}
