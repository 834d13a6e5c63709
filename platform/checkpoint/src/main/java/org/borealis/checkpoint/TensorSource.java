package org.borealis.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ConsumerType;

/** Named tensors in files; never a whole model in memory. */
@ConsumerType
public interface TensorSource extends AutoCloseable {

    /** Types by name, in the order of the files. */
    Map<String, TensorType> types();

    /**
     * Elements of one tensor, dense, row-major, little-endian; read-only, valid until this source is closed.
     *
     * @throws org.borealis.tensor.BorealisException if there is none of this name, naming the nearest
     */
    MemorySegment read(String name);

    @Override
    void close();
}
