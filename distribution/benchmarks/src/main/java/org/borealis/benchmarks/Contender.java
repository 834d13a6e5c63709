package org.borealis.benchmarks;

/** Something that can do a training step. */
interface Contender extends AutoCloseable {
    String name();

    /** One whole step: forward, backward, clipping, update. Gives the loss before the update. */
    double step();

    @Override
    void close();
}
