package org.borealis.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.tensor.composite.Fusion;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs fusions in one pass over memory that this process can address; a service for backends whose device is the processor. A backend
 * that claims what {@link #accepts} accepts gets every pointwise, broadcast and reduction primitive, alone or in chains, from here.
 */
@ProviderType
public interface Loops {

    /**
     * Starts threads.
     *
     * @param count threads, the caller's included; 0 means one per core
     */
    Workers workers(int count);

    /** Whether {@link #bind} takes it. A fusion of a single node always. */
    boolean accepts(Fusion fusion);

    /**
     * Prepares a fusion on fixed memory. The same inputs give the same bits, whatever the number of workers.
     *
     * @param inputs one segment for each input, dense, of its type's size, alive as long as the kernel
     * @param outputs one for each output; may be an input's very segment where {@link Fusion#inPlace} allows it
     */
    Kernel bind(Fusion fusion, List<MemorySegment> inputs, List<MemorySegment> outputs, Workers workers);
}
