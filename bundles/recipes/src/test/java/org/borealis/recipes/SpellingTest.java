package org.borealis.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SpellingTest {
    @Test
    void insertionDeletionReplacementAndSwapCostOneEach() {
        assertEquals(0, Spelling.distance("adam", "adam"));
        assertEquals(1, Spelling.distance("adam", "adamw"));
        assertEquals(1, Spelling.distance("adam", "dam"));
        assertEquals(1, Spelling.distance("adam", "edam"));
        assertEquals(1, Spelling.distance("adam", "daam"));
        assertEquals(4, Spelling.distance("", "adam"));
        assertEquals(3, Spelling.distance("kitten", "sitting"));
    }

    @Test
    void theNearestIsOfferedUnlessNothingIsNear() {
        var names = List.of("adam", "adamw", "sgd");
        assertEquals(Optional.of("adamw"), Spelling.nearest("Adam-W", names));
        assertEquals(Optional.of("sgd"), Spelling.nearest("sdg", names));
        assertEquals(Optional.empty(), Spelling.nearest("muon", names));
        assertEquals(Optional.empty(), Spelling.nearest("x".repeat(100_000), names));
        assertEquals("", Spelling.hint("muon", List.of()));
    }
}
