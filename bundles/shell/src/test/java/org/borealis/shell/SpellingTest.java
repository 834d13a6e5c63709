package org.borealis.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpellingTest {
    private static final List<String> COMMANDS = List.of("train", "generate", "evaluate", "plugins");

    @Test
    void swappedNeighboursAreOneMistake() {
        assertEquals(1, Spelling.edits("trian", "train"));
        assertEquals(Optional.of("train"), Spelling.nearest("trian", COMMANDS));
    }

    @Test
    void theNearestOfSeveralWins() {
        assertEquals(Optional.of("evaluate"), Spelling.nearest("evalute", COMMANDS));
        assertEquals(Optional.of("--steps"), Spelling.nearest("--setps", List.of("--set", "--steps", "--seed")));
    }

    @Test
    void aWordUnlikeAnyOtherGetsNoGuess() {
        assertEquals(Optional.empty(), Spelling.nearest("frobnicate", COMMANDS));
        assertEquals(Optional.empty(), Spelling.nearest("xy", List.of("ab")));
    }
}
