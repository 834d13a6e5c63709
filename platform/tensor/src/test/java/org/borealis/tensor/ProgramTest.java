package org.borealis.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

    /** Counts how often it is asked for its types. */
    private record Asked(int[] times) implements Composite {
        @Override
        public List<TensorType> infer(List<TensorType> inputs) {
            times[0]++;
            return List.of(inputs.get(0));
        }

        @Override
        public List<Tensor> decompose(List<Tensor> inputs) {
            return inputs;
        }
    }

    @Test
    void aNodeThatIsRepeatedIsInferredAgainOnlyForOtherTypes() {
        var asked = new Asked(new int[1]);
        var three = TensorType.of(DataType.FLOAT32, 3);
        var program = Program.trace("one", List.of(three), in -> in.get(0).apply(asked));
        var builder = new Program.Builder("again");
        var same = builder.input("same", three);
        var other = builder.input("other", TensorType.of(DataType.FLOAT32, 4));
        var node = program.nodes().getFirst();

        var repeated = builder.repeat(program, node, List.of(same)).getFirst();
        assertEquals(three, repeated.type());
        assertEquals(1, asked.times()[0]);
        assertEquals(
                other.type(),
                builder.repeat(program, node, List.of(other)).getFirst().type());
        assertEquals(2, asked.times()[0]);
        assertEquals(
                List.of(asked, asked),
                builder.build().nodes().stream().map(Program.Node::op).toList());

        var foreign = new Program.Builder("foreign").input("x", three);
        assertThrows(ShapeException.class, () -> builder.repeat(program, node, List.of(foreign)));
    }
}
