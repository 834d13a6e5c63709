package org.borealis.loops;

/** A place for intermediate elements: an array of the scratch, or, for what is the same everywhere, the number itself. */
final class Register {
    /** How many elements of a block it holds. */
    enum Reach {
        /** One number. */
        ONE,
        /** One for each row. */
        ROW,
        /** All. */
        ALL
    }

    final Kind kind;
    final Reach reach;
    /** Array of its kind in the scratch. */
    int index = -1;

    float floatOne;
    double doubleOne;
    int intOne;
    long longOne;

    Register(Kind kind, Reach reach) {
        this.kind = kind;
        this.reach = reach;
    }

    void set(Scratch scratch, Register from) {
        switch (kind) {
            case FLOAT -> floatOne = Lanes.one(scratch.floats(from), 0);
            case DOUBLE -> doubleOne = scratch.doubles(from)[0];
            case INT -> intOne = scratch.ints(from)[0];
            case LONG -> longOne = scratch.longs(from)[0];
        }
    }
}
