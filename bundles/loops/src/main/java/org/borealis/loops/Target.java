package org.borealis.loops;

import java.util.List;
import java.util.Optional;
import org.borealis.loops.Cell.Join;
import org.borealis.loops.Graph.Result;
import org.borealis.tensor.DataType;

/**
 * What a sweep is made for: to store a result, or to join rows.
 *
 * @param domain the loops it has to be run over
 * @param needed the cell that has to be known at each point of them
 */
record Target(Cell cell, Cell needed, long domain, Optional<Join> join, Memory memory, List<Long> strides) {

    static Target of(Cell cell, Join join) {
        return new Target(
                cell,
                join.in(),
                join.mask() | join.in().domain(),
                Optional.of(join),
                new Memory(DataType.BOOL),
                List.of());
    }

    static Target of(Result result, Memory memory) {
        return new Target(result.cell(), result.cell(), result.domain(), Optional.empty(), memory, result.strides());
    }
}
