package org.borealis.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Sizes of a dense row-major tensor, outermost dim first; the empty shape is a scalar.
 *
 * <p>Where a dim is asked for, negative numbers count from the end: -1 is the innermost.
 */
@ProviderType
public record Shape(List<Integer> dims) {
    /** The shape of a single number. */
    public static final Shape SCALAR = new Shape(List.of());

    public Shape {
        dims = List.copyOf(dims);
        for (int size : dims) {
            if (size < 0) {
                throw new ShapeException("a size can't be negative: " + dims);
            }
        }
    }

    /** The shape with these sizes. */
    public static Shape of(int... sizes) {
        return new Shape(Arrays.stream(sizes).boxed().toList());
    }

    /** Number of dims. */
    public int rank() {
        return dims.size();
    }

    /** Index from the front of a dim that may be counted from the end. */
    public int index(int dim) {
        int index = dim < 0 ? dim + rank() : dim;
        if (index < 0 || index >= rank()) {
            throw new ShapeException("no dim " + dim + " in " + this);
        }
        return index;
    }

    /** Size of one dim. */
    public int dim(int dim) {
        return dims.get(index(dim));
    }

    /** Number of elements. */
    public long elements() {
        return product(0, rank());
    }

    /**
     * Product of the sizes from {@code from} up to but without {@code to}, both counted from the front.
     *
     * @throws ShapeException if it is 2^63 or more
     */
    public long product(int from, int to) {
        long product = 1;
        for (int i = from; i < to; i++) {
            long high = Math.multiplyHigh(product, dims.get(i));
            product *= dims.get(i);
            if (high != 0 || product < 0) {
                throw new ShapeException(
                        "a tensor of " + this + " has 2^63 elements or more: more than can be counted");
            }
        }
        return product;
    }

    /**
     * Size of the one dim that those from {@code from} up to but without {@code to} make together.
     *
     * @throws ShapeException if that is more than a dim can have, 2^31 - 1
     */
    public int joined(int from, int to) {
        long size = product(from, to);
        if (size > Integer.MAX_VALUE) {
            throw new ShapeException(
                    "dims " + from + " to " + (to - 1) + " of " + this + " are to be one of size " + size
                            + ", and a dim has at most " + Integer.MAX_VALUE
                            + "; take fewer rows at a time, such as a smaller batch.micro, or split the tensor");
        }
        return (int) size;
    }

    /** Distance in elements between neighbours along {@code dim}. */
    public long stride(int dim) {
        return product(index(dim) + 1, rank());
    }

    /** This shape with one size changed. */
    public Shape with(int dim, int size) {
        var sizes = new ArrayList<>(dims);
        sizes.set(index(dim), size);
        return new Shape(sizes);
    }

    /** This shape with {@code count} dims of size 1 put in front. */
    public Shape padFront(int count) {
        var sizes = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            sizes.add(1);
        }
        sizes.addAll(dims);
        return new Shape(sizes);
    }

    @Override
    public String toString() {
        return dims.toString();
    }
}
