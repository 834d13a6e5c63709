package org.borealis.benchmarks;

/** A library's own collectives, without what stands before them here. */
public interface PlainCalls extends AutoCloseable {
    /**
     * An operation on memory of its own.
     *
     * @param bytes of what is whole: all ranks' parts together, or what is summed
     */
    Prepared prepare(String operation, long bytes);

    @Override
    void close();

    /** An operation, to be run again and again. */
    interface Prepared extends AutoCloseable {
        /** Until it is done. */
        void run();

        @Override
        void close();
    }
}
