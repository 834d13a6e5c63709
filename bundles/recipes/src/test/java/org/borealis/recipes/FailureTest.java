package org.borealis.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;

final class FailureTest {
    private static String trace(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void theSentenceForPeopleIsFoundAmongItsCausesAndEffects() {
        var sentence = new BorealisException("x", "wanted: a\nfile", new IllegalStateException("deep"));
        assertEquals("wanted: a\nfile", Failure.message(trace(new RuntimeException("outer", sentence))));
        assertEquals("wanted: a\nfile", Failure.message(trace(sentence)));
    }

    @Test
    void otherwiseTheInnermostCauseIsTold() {
        var deep = new RuntimeException("outer", new UnsatisfiedLinkError("no torch"));
        assertEquals("java.lang.UnsatisfiedLinkError: no torch", Failure.message(trace(deep)));
        assertEquals("java.lang.NullPointerException", Failure.message(trace(new NullPointerException())));
        assertEquals("", Failure.message(""));
    }
}
