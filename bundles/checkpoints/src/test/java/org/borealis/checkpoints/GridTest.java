package org.borealis.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.borealis.parallel.Box;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.junit.jupiter.api.Test;

class GridTest {
    private static final Shape WHOLE = Shape.of(4, 6);

    /** A part at two indices with two sizes. */
    private static Box part(int row, int column, int rows, int columns) {
        return new Box(List.of(row, column), Shape.of(rows, columns));
    }

    private static String problem(Box... parts) {
        return assertThrows(Broken.class, () -> Grid.require("a", WHOLE, Arrays.asList(parts)))
                .problem();
    }

    @Test
    void cellsOfAGridAreAWhole() throws Broken {
        Grid.require("a", WHOLE, List.of(Box.of(WHOLE)));
        Grid.require("a", WHOLE, List.of(part(2, 0, 2, 6), part(0, 0, 2, 6)));
        Grid.require("a", WHOLE, List.of(part(0, 0, 1, 2), part(0, 2, 1, 4), part(1, 0, 3, 2), part(1, 2, 3, 4)));
        Grid.require("a", Shape.SCALAR, List.of(Box.of(Shape.SCALAR)));
        Grid.require("a", Shape.of(0, 3), List.of(Box.of(Shape.of(0, 3))));
    }

    @Test
    void anythingElseIsNamed() {
        assertEquals("tensor 'a' [4, 6] has no part", problem());
        assertEquals("tensor 'a' [4, 6] lacks what is before 2 along dim 0", problem(part(2, 0, 2, 6)));
        assertEquals(
                "tensor 'a' [4, 6] has the part [0:2, 0:6], which should end at 4 along dim 0, where the tensor does",
                problem(part(0, 0, 2, 6)));
        assertEquals(
                "tensor 'a' [4, 6] has the part [0:3, 0:6], which should end at 2 along dim 0, where others begin",
                problem(part(0, 0, 3, 6), part(2, 0, 2, 6)));
        assertEquals("tensor 'a' [4, 6] has the part [0:4, 0:6] twice", problem(part(0, 0, 4, 6), part(0, 0, 4, 6)));
        assertEquals(
                "tensor 'a' [4, 6] has 3 of its 4 parts",
                problem(part(0, 0, 2, 3), part(0, 3, 2, 3), part(2, 0, 2, 3)));
        assertThrows(ShapeException.class, () -> Grid.require("a", WHOLE, List.of(part(0, 0, 5, 6))));
        assertThrows(ShapeException.class, () -> Grid.require("a", WHOLE, List.of(Box.of(Shape.of(24)))));
    }
}
