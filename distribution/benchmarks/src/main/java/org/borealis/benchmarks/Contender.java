package org.borealis.benchmarks;

/** Something that can do a piece of work again and again. */
public interface Contender extends AutoCloseable {
    /** Who it is. */
    String name();

    /** The work, whole. Gives a number that those who do the same work agree on, such as the loss before an update. */
    double step();

    /** Finds the settings that it is fastest with; called when its memory has been measured. */
    default void tune() {}

    @Override
    void close();
}
