package org.borealis.compiler;

import org.borealis.tensor.Program;

/**
 * Puts what ranks do together where the time that it takes is hidden behind computing: reductions as soon as what they reduce is there,
 * small ones joined, and parameters gathered ahead of their use. {@link Waits} says when each has to be done.
 *
 * <p>Depends on the program only, so that all ranks begin the same in the same order.
 */
final class Overlap {
    private Overlap() {}

    static Program of(Program program) {
        return program.nodes().stream().noneMatch(node -> Waits.talks(node.op()))
                ? program
                : Prefetch.of(Buckets.of(Hoist.of(program)));
    }
}
