package org.borealis.loops;

/** The machine code of a {@link Formula}, once C2 has compiled it; as slow as objects until then. */
interface FormulaLoop {
    /**
     * Runs over {@code n} elements, a multiple of {@link Lanes#COUNT}.
     *
     * @param memories addresses of each memory's first element
     * @param numbers of the formula
     * @param tiles addresses of the scratch's tiles
     * @param start the first element, where a tile begins
     */
    void run(long[] memories, float[] numbers, long[] tiles, long start, int n);
}
