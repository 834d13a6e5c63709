package org.borealis.testkit.backend;

/** How far off something was. */
record Measure(double error, double bound, String unit, String complaint) {
    /** Nothing to measure, and nothing wrong. */
    static final Measure RIGHT = new Measure(0, 0, "", "");

    /** Within the bound, or not and why. */
    static Measure of(double error, double bound, String unit, String complaint) {
        double known = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
        return new Measure(known, bound, unit, known <= bound ? "" : complaint);
    }

    /** The one that is nearer to its bound, or further beyond. */
    Measure worse(Measure other) {
        return other.share() > share() ? other : this;
    }

    private double share() {
        if (!complaint.isEmpty()) {
            return Double.POSITIVE_INFINITY;
        }
        return unit.isEmpty() ? -2 : bound == 0 ? -1 : error / bound;
    }
}
