package org.borealis.loops;

/** A body that can't be run in one pass over loops. Never leaves the package. */
final class Unfit extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unfit(String why) {
        super(why, null, false, false);
    }
}
