package org.borealis.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tensors of more elements than an int counts. */
class LargeTensorTest {
    private static final TensorType LARGE = TensorType.of(DataType.FLOAT32, 1 << 16, 1 << 15);

    @Test
    void theSumOfAllElementsGoesDimByDim() {
        var program =
                Program.trace("sum", List.of(LARGE), in -> List.of(in.get(0).sum()));
        assertEquals("""
                program sum
                  %0 = input in0 : f32[65536, 32768]
                  %1 = Reduce(SUM, 1) %0 : f32[65536, 1]
                  %2 = Reduce(SUM, 0) %1 : f32[1, 1]
                  %3 = Reshape([]) %2 : f32[]
                  output out0 %3
                """, program.toString());
    }

    @Test
    void dimsThatTogetherExceedOneAreRefusedByTheirSize() {
        var refused = assertThrows(ShapeException.class, () -> LARGE.shape().joined(0, 2));
        assertTrue(refused.getMessage().contains("[65536, 32768]"), refused.getMessage());
        assertTrue(refused.getMessage().contains("of size 2147483648"), refused.getMessage());
        assertEquals(1 << 16, LARGE.shape().joined(0, 1));
    }

    @Test
    void whatCannotBeCountedIsRefused() {
        int most = Integer.MAX_VALUE;
        var shape = Shape.of(most, most, most);
        var elements = assertThrows(ShapeException.class, shape::elements);
        assertTrue(elements.getMessage().contains("2^63 elements"), elements.getMessage());
        var type = TensorType.of(DataType.FLOAT64, most, most);
        var bytes = assertThrows(ShapeException.class, type::bytes);
        assertTrue(bytes.getMessage().contains("2^63 bytes"), bytes.getMessage());
    }
}
