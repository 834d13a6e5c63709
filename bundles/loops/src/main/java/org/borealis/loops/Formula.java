package org.borealis.loops;

import java.util.List;
import java.util.function.ToIntFunction;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/**
 * What a loop does with one vector of float32 of each memory, line by line; a line's number is its place. Two sweeps with the same
 * formula share one loop: which memory, and which numbers, is said when it runs.
 */
record Formula(List<Line> lines) {
    /** About 20 bytes of a class file each; C2 compiles no method of more than 8,000. */
    static final int MOST_LINES = 400;

    /** One instruction. Operands are the numbers of earlier lines. */
    sealed interface Line {}

    /** The next vector of a memory. */
    record Read(int memory) implements Line {}

    /** A number, the same everywhere. */
    record Number(int number) implements Line {}

    /** A mask, the same everywhere: whether a number is not 0. */
    record Flag(int number) implements Line {}

    /** A function of one; {@code NOT} takes and gives a mask. */
    record One(Function function, int a) implements Line {}

    /** A function of two; {@code EQUAL} and {@code LESS} give a mask, {@code AND} and {@code OR} take and give masks. */
    record Two(Function2 function, int a, int b) implements Line {}

    /** 1 where a mask is set, else 0. */
    record AsNumbers(int mask) implements Line {}

    /** {@code a} where a mask is set, else {@code b}. */
    record Choose(int mask, int a, int b) implements Line {}

    /** Puts a vector into a memory. */
    record Write(int memory, int a) implements Line {}

    /** Joins a vector into a tile of running results, the one of that index in the scratch. */
    record Join(Fold fold, int tile, int a) implements Line {}

    /** How many memories it reads and writes. */
    int memories() {
        return count(line -> switch (line) {
            case Read(int memory) -> memory;
            case Write(int memory, int _) -> memory;
            default -> -1;
        });
    }

    /** How many numbers it is given. */
    int numbers() {
        return count(line -> switch (line) {
            case Number(int number) -> number;
            case Flag(int number) -> number;
            default -> -1;
        });
    }

    /** How many tiles of the scratch its running results may lie among. */
    int tiles() {
        return count(line -> line instanceof Join(var _, int tile, int _) ? tile : -1);
    }

    private int count(ToIntFunction<Line> index) {
        return 1 + lines.stream().mapToInt(index).max().orElse(-1);
    }
}
