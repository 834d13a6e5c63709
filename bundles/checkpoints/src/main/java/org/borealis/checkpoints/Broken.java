package org.borealis.checkpoints;

/** A checkpoint is not whole; the message says what is wrong with which of its files. */
final class Broken extends Exception {
    private static final long serialVersionUID = 1;

    Broken(String message) {
        super(message);
    }

    /** What is wrong. */
    String problem() {
        return String.valueOf(getMessage());
    }
}
