package org.borealis.testkit.backend;

/** Something is wrong that no number measures. */
final class Complaint extends RuntimeException {
    private static final long serialVersionUID = 1;

    Complaint(String message) {
        super(message);
    }

    static void unless(boolean holds, String message) {
        if (!holds) {
            throw new Complaint(message);
        }
    }
}
