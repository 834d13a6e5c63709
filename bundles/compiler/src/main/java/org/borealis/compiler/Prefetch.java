package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.borealis.tensor.Program;

/**
 * Gathers parameters ahead of their use, so that they arrive while what stands before them is computed: always the next one, and more
 * as long as they are small. Costs the memory of those that are ahead.
 */
final class Prefetch {
    /** Bytes that may be ahead, unless a single gather has more. */
    private static final long MOST_BYTES = 64L << 20;

    private final Program program;
    private final int count;
    private final int[] firstUses;
    /** Which nodes depend on nothing but inputs of the program. */
    private final BitSet given = new BitSet();
    /** Twice the index of the node where a node stands; one less to stand before that. */
    private final int[] places;

    /** A gather of what is there from the beginning. */
    private record Gathering(int node, int firstUse, long bytes) {}

    private Prefetch(Program program) {
        this.program = program;
        count = program.nodes().size();
        firstUses = Waits.firstUses(program);
        places = IntStream.range(0, count).map(n -> 2 * n).toArray();
    }

    static Program of(Program program) {
        return new Prefetch(program).moved();
    }

    private Program moved() {
        var gatherings = gatherings();
        for (int k = 1; k < gatherings.size(); k++) {
            pull(gatherings.get(k).node(), 2 * start(gatherings, k) - 1);
        }
        var order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingInt((Integer n) -> places[n]).thenComparing(n -> n))
                .toList();
        return Rewrite.inOrder(program, order);
    }

    /** In the order in which they are used. */
    private List<Gathering> gatherings() {
        var gatherings = new ArrayList<Gathering>();
        for (int n = 0; n < count; n++) {
            var node = program.nodes().get(n);
            boolean isGiven = node.inputs().stream().allMatch(this::isGiven);
            int firstUse = firstUses[node.first()];
            if (isGiven && Waits.gathers(node.op()) && firstUse < count) {
                gatherings.add(new Gathering(n, firstUse, node.outputs().get(0).bytes()));
            } else if (isGiven && !Waits.talks(node.op())) {
                given.set(n);
            }
        }
        gatherings.sort(Comparator.comparingInt(Gathering::firstUse));
        return gatherings;
    }

    private boolean isGiven(int value) {
        return value < program.inputs().size() || given.get(program.producer(value));
    }

    /** The first node that finds no more ahead than may be. */
    private static int start(List<Gathering> gatherings, int k) {
        long ahead = gatherings.get(k).bytes();
        int before = k - 1;
        while (before > 0 && ahead + gatherings.get(before).bytes() <= MOST_BYTES) {
            ahead += gatherings.get(before).bytes();
            before--;
        }
        return gatherings.get(before).firstUse();
    }

    private void pull(int n, int place) {
        if (place < places[n]) {
            places[n] = place;
            program.nodes().get(n).inputs().stream()
                    .filter(value -> value >= program.inputs().size())
                    .forEach(value -> pull(program.producer(value), place));
        }
    }
}
