package org.borealis.loops;

import java.util.List;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.TensorType;

/**
 * A body as cells over loops.
 *
 * @param sizes of the loops, outermost first; empty if every value is a single number
 * @param tables constants of many values: memories behind those of the inputs
 */
record Graph(List<Long> sizes, List<Constant> tables, List<Result> results) {

    /** A cell that is stored. */
    record Result(Cell cell, TensorType type, List<Long> strides) {
        /** The loops that its elements run along. */
        long domain() {
            return mask(strides);
        }
    }

    static long mask(List<Long> strides) {
        long mask = 0;
        for (int l = 0; l < strides.size(); l++) {
            mask |= strides.get(l) == 0 ? 0 : 1L << l;
        }
        return mask;
    }
}
