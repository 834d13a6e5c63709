package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import org.borealis.device.Buffers;
import org.borealis.tensor.DataType;
import org.bytedeco.pytorch.Tensor;

/** Where a device's tensors lie, by address, and what computes on them there. */
sealed interface Place extends Buffers.Source, AutoCloseable permits Host, Cuda {

    /** What this is, for people. */
    String description();

    /** Memory for what a kernel needs only while it runs; all kernels get the same, and it never moves. */
    long scratch(long bytes);

    /** Elements as libtorch sees them. */
    Tensor tensor(View view);

    /** Copies from the host; done when it returns. */
    void write(long address, MemorySegment source);

    /** Copies to the host after what has been queued; done when it returns. */
    void read(long address, MemorySegment target);

    /** Waits for what has been queued. */
    void finish();

    /** Bytes that can still be taken. */
    OptionalLong memoryBytes();

    /** The type to multiply matrices of this type in. */
    DataType matrixType(DataType type);

    @Override
    void close();
}
