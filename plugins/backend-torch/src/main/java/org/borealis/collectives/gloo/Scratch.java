package org.borealis.collectives.gloo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/** Memory for what comes before it is added; kept from one operation to the next, one piece for each that is pending. */
final class Scratch {
    private static final long ALIGNMENT = 64;
    private final Deque<Piece> free = new ArrayDeque<>();

    /** Some memory, to be given back. */
    record Piece(Arena arena, MemorySegment memory) {}

    /** At least so many bytes; one that is too small makes place for it. */
    @SuppressWarnings("MustBeClosedChecker") // the piece has the arena, and close() closes it
    synchronized Piece take(long bytes) {
        var fitting = free.stream()
                .filter(piece -> piece.memory().byteSize() >= bytes)
                .findFirst();
        if (fitting.isPresent()) {
            free.remove(fitting.get());
            return fitting.get();
        }
        if (!free.isEmpty()) {
            free.pop().arena().close();
        }
        var arena = Arena.ofShared();
        return new Piece(arena, arena.allocate(bytes, ALIGNMENT));
    }

    synchronized void giveBack(Piece piece) {
        free.push(piece);
    }

    synchronized void close() {
        free.forEach(piece -> piece.arena().close());
        free.clear();
    }
}
