package org.borealis.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Runs operations on memory of its own. To be correct it needs the primitives; it becomes fast by claiming composites.
 *
 * <p>Used by one thread at a time, not always the same one. Kernels run in the order of their {@code run} calls.
 */
@ConsumerType
public interface Device extends AutoCloseable {

    /** What this is, for people: kind, model, threads. */
    String description();

    /** Whether tensors of this type can be computed with. FLOAT32, INT32, INT64 and BOOL always can. */
    boolean supports(DataType type);

    /** Whether {@link #bind} takes this composite on inputs of these types; otherwise it is lowered to what it stands for. */
    default boolean fuses(Composite op, List<TensorType> inputs) {
        return false;
    }

    /**
     * Takes memory, zeroed.
     *
     * @throws DeviceException with code {@link DeviceException#OUT_OF_MEMORY} if there is not enough; the message says how much was
     *     asked for, and the device stays usable
     */
    Buffer allocate(long bytes);

    /**
     * Prepares one operation on fixed memory, to be run many times. All that can be looked up, checked or allocated is so here.
     *
     * <p>No output shares memory with an input or another output, except an output that takes the exact place of an input of equal
     * size where {@link Op#inPlace} allows it.
     */
    Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs);

    /** Copies little-endian elements from the host; done when it returns. */
    void write(Slot target, MemorySegment source);

    /** Copies elements to the host as little-endian, after all kernels before it; done when it returns. */
    void read(Slot source, MemorySegment target);

    /**
     * The very memory of a tensor, if this process can address it: what the rank's peers send goes straight there. Valid until the
     * buffer is closed. Otherwise it is copied by {@link #read} and {@link #write}.
     */
    default Optional<MemorySegment> memory(Slot slot) {
        return Optional.empty();
    }

    /** Bytes that {@link #allocate} may still give, as far as the device can tell before it tries. */
    default OptionalLong memoryBytes() {
        return OptionalLong.empty();
    }

    /** Whether its memory is that of the host, so that what moves from one to the other takes as much as before. */
    default boolean isOnHost() {
        return true;
    }

    /** Waits until all kernels have run. */
    default void finish() {}

    /** Gives back what the device holds; its buffers and kernels are dead afterwards. Closing twice does nothing. */
    @Override
    void close();
}
