package org.borealis.loops;

/** What a kernel needs of each thread's scratch. */
final class Needs {
    private static final Kind[] KINDS = Kind.values();

    private final int[] registers = new int[KINDS.length];
    private final int[] spills = new int[KINDS.length];
    private int longest;

    void register(Kind kind, int count) {
        registers[kind.ordinal()] = Math.max(registers[kind.ordinal()], count);
    }

    void spill(Kind kind, int count) {
        spills[kind.ordinal()] = Math.max(spills[kind.ordinal()], count);
    }

    void spills(int length) {
        longest = Math.max(longest, length);
    }

    void meet(Scratch scratch) {
        for (var kind : KINDS) {
            scratch.ensure(registers[kind.ordinal()], kind);
            scratch.ensureSpills(spills[kind.ordinal()], kind, longest);
        }
    }
}
