package org.borealis.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class WaitingTest {
    @Test
    void itAsksUntilThereIsAnAnswer() {
        var asked = new AtomicInteger();
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        assertEquals(
                Optional.of(3),
                Waiting.poll(forEver, () -> Optional.of(asked.incrementAndGet()).filter(count -> count == 3)));
    }

    @Test
    void withoutPatienceItAsksAtLeastOnce() {
        assertEquals(Optional.of(1), Waiting.poll(Duration.ZERO, () -> Optional.of(1)));
        assertEquals(Optional.empty(), Waiting.poll(Duration.ZERO, Optional::empty));
    }

    @Test
    void anInterruptEndsTheWaitAndIsPassedOn() {
        Thread.currentThread().interrupt();
        var ended = assertThrows(BorealisException.class, () -> Waiting.poll(Duration.ofSeconds(15), Optional::empty));
        assertEquals("interrupted", ended.code());
        assertTrue(Thread.interrupted());
    }
}
