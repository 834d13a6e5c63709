package org.borealis.parallel;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A part of a tensor with the same dims.
 *
 * @param offset index of the first element along each dim
 * @param shape how many follow each other from there
 */
@ProviderType
public record Box(List<Integer> offset, Shape shape) {

    public Box {
        offset = List.copyOf(offset);
        if (offset.size() != shape.rank() || offset.stream().anyMatch(first -> first < 0)) {
            throw new ShapeException("a box of " + shape + " can't begin at " + offset
                    + "; wanted an index from 0 up for each of its dims");
        }
    }

    /** All of a tensor. */
    public static Box of(Shape whole) {
        return new Box(Collections.nCopies(whole.rank(), 0), whole);
    }

    /** Index behind the last along a dim that is counted from the front. */
    public long end(int dim) {
        return (long) offset.get(dim) + shape.dim(dim);
    }

    /**
     * Does nothing if a tensor has all of it.
     *
     * @param tensor what messages call the tensor
     * @throws ShapeException if it reaches beyond, or has other dims
     */
    public void requireWithin(String tensor, Shape whole) {
        boolean isWithin = whole.rank() == shape.rank();
        for (int dim = 0; isWithin && dim < shape.rank(); dim++) {
            isWithin = end(dim) <= whole.dim(dim);
        }
        if (!isWithin) {
            throw new ShapeException(tensor + " " + whole + " has no part " + this);
        }
    }

    /**
     * Copies the elements that two boxes of one tensor share.
     *
     * @param from elements of this box, dense and row-major
     * @param target of the same number of dims
     * @param to elements of {@code target}, dense and row-major
     */
    public void copy(MemorySegment from, Box target, MemorySegment to, int elementBytes) {
        int rank = shape.rank();
        var first = new int[rank];
        var size = new int[rank];
        for (int dim = 0; dim < rank; dim++) {
            first[dim] = Math.max(offset.get(dim), target.offset.get(dim));
            size[dim] = (int) Math.max(0, Math.min(end(dim), target.end(dim)) - first[dim]);
        }
        var shared = Shape.of(size);
        int inner = rank - 1; // behind this dim, both boxes have the same
        while (inner > 0 && size[inner] == shape.dim(inner) && size[inner] == target.shape.dim(inner)) {
            inner--;
        }
        int outer = Math.max(0, inner);
        long rowBytes = shared.product(outer, rank) * elementBytes;
        long rows = rowBytes == 0 ? 0 : shared.product(0, outer);
        for (long row = 0; row < rows; row++) {
            long left = row;
            long source = 0;
            long sink = 0;
            for (int dim = inner; dim >= 0; dim--) {
                int index = first[dim];
                if (dim < outer) {
                    index += (int) (left % size[dim]);
                    left /= size[dim];
                }
                source += (index - offset.get(dim)) * shape.stride(dim);
                sink += (index - target.offset.get(dim)) * target.shape.stride(dim);
            }
            MemorySegment.copy(from, source * elementBytes, to, sink * elementBytes, rowBytes);
        }
    }

    /** Such as {@code [0:4, 8:16]}; files of checkpoints have it in names. */
    @Override
    public String toString() {
        var text = new StringBuilder("[");
        for (int dim = 0; dim < shape.rank(); dim++) {
            text.append(dim == 0 ? "" : ", ")
                    .append(offset.get(dim))
                    .append(':')
                    .append(end(dim));
        }
        return text.append(']').toString();
    }
}
