package org.borealis.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.junit.jupiter.api.Test;

class MeshTest {
    private final Mesh mesh = Mesh.parse("pipeline=2, data=3,tensor=2");

    @Test
    void neighboursOnTheLastAxisHaveNeighbouringNumbers() {
        assertEquals(12, mesh.size());
        assertEquals(List.of(8, 9), mesh.line(8, "tensor"));
        assertEquals(List.of(6, 8, 10), mesh.line(8, "data"));
        assertEquals(List.of(2, 8), mesh.line(8, "pipeline"));
        assertEquals(1, mesh.index(8, "data"));
    }

    @Test
    void anAxisThatIsNotThereHasOneRank() {
        assertEquals(1, mesh.ranks("expert"));
        assertEquals(List.of(7), mesh.line(7, "expert"));
        assertEquals(0, mesh.index(7, "expert"));
    }

    @Test
    void textComesBackAsItWent() {
        assertEquals("pipeline=2,data=3,tensor=2", mesh.toString());
        assertEquals(Mesh.SINGLE, Mesh.parse(""));
    }

    @Test
    void whatIsNoMeshIsRefused() {
        for (var text :
                List.of("data", "data=0", "data=2,data=2", "data=2,", "=2", "data=-1", "data=99999,tensor=99999")) {
            assertThrows(BorealisException.class, () -> Mesh.parse(text), text);
        }
    }

    @Test
    void aDimThatDoesNotDivideIsNamedWithTheSizesThatDo() {
        var weight = new Held(
                Held.Role.PARAMETER,
                "layers.0.attention.input.weight",
                Shape.of(18, 4),
                List.of(LogicalDim.HEADS.of(2).times(3), LogicalDim.HIDDEN));
        assertEquals(new Placement.Shard(0, 3), weight.shard(0, "tensor", 3));
        var complaint = assertThrows(ShapeException.class, () -> weight.shard(0, "tensor", 2))
                .getMessage();
        for (var part : List.of(
                "layers.0.attention.input.weight",
                "dim 0 (heads)",
                "3 blocks of 3 of 2 elements",
                "tensor=2",
                "[1, 3]")) {
            assertTrue(complaint.contains(part), complaint);
        }
    }
}
