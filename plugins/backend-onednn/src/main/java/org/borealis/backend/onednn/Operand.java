package org.borealis.backend.onednn;

import java.lang.foreign.MemorySegment;
import org.borealis.device.HostMemory;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;

/** A dense tensor at a fixed address. */
record Operand(long address, TensorType type) {

    MemorySegment memory() {
        return HostMemory.at(address, type.bytes());
    }

    DataType elements() {
        return type.type();
    }

    Shape shape() {
        return type.shape();
    }

    int rank() {
        return type.shape().rank();
    }

    int dim(int dim) {
        return type.shape().dim(dim);
    }

    long count() {
        return type.shape().elements();
    }

    boolean isEmpty() {
        return count() == 0;
    }

    /** Number of innermost rows. */
    long rows() {
        return rank() == 0 ? 1 : type.shape().product(0, rank() - 1);
    }
}
