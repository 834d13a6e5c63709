package org.borealis.compiler;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.borealis.tensor.Program;

/**
 * Where every value of a program lives, decided before anything runs.
 *
 * <p>Values share a {@link Block} where that costs nothing: views, and results written over an operand that is not needed any more.
 * Blocks get offsets in one workspace so that those alive at the same time do not overlap; the others belong to an input, to an output
 * that the caller owns, or hold a constant that is computed once.
 *
 * @param places for each value, its block and the byte at which it begins there
 * @param once which nodes depend on no input and run once, before the first run
 * @param copies outputs that could not be computed where they belong
 */
record MemoryPlan(
        List<Place> places,
        List<Block> blocks,
        BitSet once,
        List<Copy> copies,
        long workspaceBytes,
        long constantBytes) {

    /** Which memory a block is in. */
    enum Kind {
        INPUT,
        OUTPUT,
        CONSTANT,
        WORKSPACE
    }

    /** A value's part of a block. */
    record Place(Block block, long offset) {}

    /** A value to be copied into the block of an input or output when all nodes have run. */
    record Copy(int value, Block target) {}

    /** Memory that several values share, one after the other or as views. Mutable while planning, and only then. */
    static final class Block {
        final long bytes;
        Kind kind;
        /** Input index, or output index, by {@link #kind}. */
        int owner = -1;
        /** First and last node that uses it. */
        int from;

        int to;
        /** Byte in the workspace, or among the constants. */
        long offset;

        Block(Kind kind, long bytes, int from) {
            this.kind = kind;
            this.bytes = bytes;
            this.from = from;
            this.to = from;
        }
    }

    /** Whether a node's result is where its operand is, so that there is nothing to run. */
    boolean isView(Program program, int n) {
        var node = program.nodes().get(n);
        return Waits.isView(program, node)
                && places.get(node.first()).block()
                        == places.get(node.inputs().get(0)).block();
    }

    /** Whether the value to be copied lies where another copy may go. */
    boolean isStaged(Copy copy) {
        var kind = places.get(copy.value()).block().kind;
        return kind == Kind.INPUT || kind == Kind.OUTPUT;
    }

    /** @param owned names of outputs whose memory the caller gives */
    static MemoryPlan of(Program program, Set<String> owned) {
        return of(program, owned, Set.of());
    }

    /**
     * As {@link #of(Program, Set)}.
     *
     * @param spent names of inputs that may be written over when they are not needed any more
     */
    static MemoryPlan of(Program program, Set<String> owned, Set<String> spent) {
        return new Planner(program, owned, spent).plan();
    }
}
