package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.borealis.model.Parameter;

/** Which of a model's parameters each rank keeps, with what the optimizer remembers of them. */
public interface Keeping {
    /** Every rank keeps all parameters, or a part of each. */
    Keeping ALL = new Keeping() {
        @Override
        public boolean isAt(int rank, Parameter parameter) {
            return true;
        }

        @Override
        public MemorySegment shared(Parameter parameter, Optional<MemorySegment> own, long bytes, Arena arena) {
            return own.orElseThrow();
        }
    };

    /** Whether a rank keeps it, or a part of it. */
    boolean isAt(int rank, Parameter parameter);

    /**
     * A whole tensor that belongs to a parameter, for every rank. All ranks call it.
     *
     * @param own what this rank has, if it keeps the parameter
     * @param bytes size of the tensor
     * @param arena frees it
     */
    MemorySegment shared(Parameter parameter, Optional<MemorySegment> own, long bytes, Arena arena);
}
