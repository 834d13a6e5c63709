package org.borealis.backend.torch;

import java.util.Arrays;
import java.util.List;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;

/** Elements in memory at fixed distances, before libtorch knows of them: the same memory can be seen in many ways without a copy. */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never changed
record View(long address, DataType type, long[] sizes, long[] strides) {

    /** The dense tensor of a slot in a buffer at an address. */
    static View of(Slot slot, long buffer) {
        long[] sizes = slot.type().shape().dims().stream().mapToLong(d -> d).toArray();
        return dense(buffer + slot.offset(), slot.type().type(), sizes);
    }

    /** Row-major elements from an address on. */
    static View dense(long address, DataType type, long... sizes) {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= Math.max(1, sizes[d]);
        }
        return new View(address, type, sizes, strides);
    }

    int rank() {
        return sizes.length;
    }

    long size(int dim) {
        return sizes[dim < 0 ? dim + rank() : dim];
    }

    long elements() {
        return product(0, rank());
    }

    long product(int from, int to) {
        long product = 1;
        for (int d = from; d < to; d++) {
            product *= sizes[d];
        }
        return product;
    }

    long bytes() {
        return elements() * type.bytes();
    }

    /** The same dense elements under other sizes. */
    View reshape(long... other) {
        return dense(address, type, other);
    }

    /** All outer dims as one: [rows, innermost]. */
    View rows() {
        long inner = rank() == 0 ? 1 : size(-1);
        return reshape(rank() == 0 ? 1 : product(0, rank() - 1), inner);
    }

    View permute(List<Integer> order) {
        long[] permutedSizes = order.stream().mapToLong(d -> sizes[d]).toArray();
        long[] permutedStrides = order.stream().mapToLong(d -> strides[d]).toArray();
        return new View(address, type, permutedSizes, permutedStrides);
    }

    View swap(int one, int two) {
        Integer[] order = new Integer[rank()];
        Arrays.setAll(order, d -> d);
        int first = one < 0 ? one + rank() : one;
        int second = two < 0 ? two + rank() : two;
        order[first] = second;
        order[second] = first;
        return permute(List.of(order));
    }

    View slice(int dim, long start, long length) {
        int index = dim < 0 ? dim + rank() : dim;
        long[] sliced = sizes.clone();
        sliced[index] = length;
        return new View(address + start * strides[index] * type.bytes(), type, sliced, strides);
    }

    /** One index of a dim, which goes away. */
    View select(int dim, long index) {
        var part = slice(dim, index, 1);
        long[] newSizes = new long[rank() - 1];
        long[] newStrides = new long[rank() - 1];
        for (int d = 0, next = 0; d < rank(); d++) {
            if (d != (dim < 0 ? dim + rank() : dim)) {
                newSizes[next] = part.sizes[d];
                newStrides[next++] = part.strides[d];
            }
        }
        return new View(part.address, type, newSizes, newStrides);
    }

    /** Dims of size 1 repeated up to {@code wanted}, without a copy. */
    View expand(long... wanted) {
        long[] expanded = strides.clone();
        for (int d = 0; d < wanted.length; d++) {
            if (sizes[d] != wanted[d]) {
                expanded[d] = 0;
            }
        }
        return new View(address, type, wanted, expanded);
    }

    @Override
    public String toString() {
        return type.label() + Arrays.toString(sizes);
    }
}
