package org.borealis.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.borealis.tensor.Shape;
import org.junit.jupiter.api.Test;

class OwnershipTest {

    private static List<Integer> owners(List<Long> sizes, int ranks) {
        return IntStream.range(0, sizes.size())
                .map(i -> new Ownership(i, sizes).owner(ranks))
                .boxed()
                .toList();
    }

    @Test
    void theLargestGoFirstEachToTheRankWithLeast() {
        assertEquals(List.of(1, 0, 1, 0, 1), owners(List.of(5L, 7L, 4L, 3L, 1L), 2));
        assertEquals(List.of(0, 1, 2, 0, 1), owners(List.of(6L, 6L, 6L, 6L, 6L), 3));
        assertEquals(List.of(0, 1), owners(List.of(2L, 1L), 8));
    }

    @Test
    void onlyTheOwnerHasAny() {
        var held = new Held(
                Held.Role.OPTIMIZER,
                "w/m",
                Shape.of(4, 4),
                List.of(),
                Optional.of(new Ownership(1, List.of(9L, 16L, 4L))));
        assertEquals(Optional.of(new Placement.Owned(0)), held.owned(2));
        var mesh = Mesh.parse("data=2");
        var sharding = new Sharding(
                Shape.of(4, 4), List.of(new Sharding.Cut(mesh.axes().get(0), new Placement.Owned(0))));
        assertTrue(sharding.isHere(mesh, 0));
        assertFalse(sharding.isHere(mesh, 1));
        assertEquals(Shape.of(4, 4), sharding.local());
    }

    @Test
    void aParameterThatIsNotInTheListIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Ownership(2, List.of(1L, 1L)));
    }
}
