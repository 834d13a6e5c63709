package org.borealis.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
    @Test
    void lastReadsNameTheNodeThatReadsAValueLast() {
        var x = TensorType.of(DataType.FLOAT32, 3);
        var program = Program.trace("reads", List.of(x, x), in -> {
            var twice = in.get(0).plus(in.get(0)); // node 0, value 2
            twice.exp(); // node 1, value 3: nobody reads it
            return List.of(twice.negate()); // node 2, value 4
        });
        assertArrayEquals(new int[] {0, -1, 2, 1, 2}, program.lastReads());
    }
}
