package org.borealis.loops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Threads that share work. */
class CrewTest {

    @Test
    void eachTaskRunsOnce() {
        try (var crew = new Crew(4)) {
            assertEquals(4, crew.count());
            for (int round = 0; round < 300; round++) {
                var runs = new AtomicIntegerArray(round % 23);
                crew.run(runs.length(), runs::incrementAndGet);
                var expected = new int[runs.length()];
                Arrays.fill(expected, 1);
                var got = new int[runs.length()];
                Arrays.setAll(got, runs::get);
                assertArrayEquals(expected, got);
            }
        }
    }

    @Test
    void callsFromWithinATaskRunOnItsThread() {
        try (var crew = new Crew(3)) {
            var wrong = new AtomicInteger();
            var runs = new AtomicInteger();
            crew.run(6, outer -> {
                var thread = Thread.currentThread();
                crew.run(5, inner -> {
                    runs.incrementAndGet();
                    if (Thread.currentThread() != thread) {
                        wrong.incrementAndGet();
                    }
                });
            });
            assertEquals(30, runs.get());
            assertEquals(0, wrong.get());
        }
    }

    @Test
    void aFailureArrivesAfterAllTasksHaveRun() {
        for (int threads : new int[] {1, 3}) {
            try (var crew = new Crew(threads)) {
                var runs = new AtomicInteger();
                var failure = assertThrows(
                        IllegalStateException.class,
                        () -> crew.run(20, task -> {
                            runs.incrementAndGet();
                            if (task == 7) {
                                throw new IllegalStateException("seven");
                            }
                        }));
                assertEquals("seven", failure.getMessage());
                assertEquals(20, runs.get());
                crew.run(4, task -> runs.incrementAndGet());
                assertEquals(24, runs.get());
            }
        }
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        var crew = new Crew(3);
        crew.run(3, task -> {});
        crew.close();
        crew.close();
        for (int i = 0; i < 500 && count() > 0; i++) {
            Thread.sleep(10);
        }
        assertEquals(0, count());
        var runs = new AtomicInteger();
        crew.run(3, task -> runs.incrementAndGet());
        assertTrue(runs.get() == 3, "after that the caller works alone");
    }

    private static long count() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("borealis-loops-"))
                .count();
    }
}
