package org.borealis.recipes;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.borealis.tensor.BorealisException;

/** Asks again until there is an answer. */
final class Waiting {
    /** Short beside the second within which a dropped-in plug-in is expected to be noticed. */
    private static final int LONGEST_PAUSE_MILLIS = 100;

    private Waiting() {}

    /** The first answer within that time. */
    static <T> Optional<T> poll(Duration patience, Supplier<Optional<T>> question) {
        long start = System.nanoTime();
        int pauseMillis = 1;
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent()
                    || patience.minusNanos(System.nanoTime() - start).isNegative()) {
                return answer;
            }
            try {
                Thread.sleep(pauseMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BorealisException("interrupted", "stopped while waiting for a plug-in", e);
            }
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
        }
    }
}
