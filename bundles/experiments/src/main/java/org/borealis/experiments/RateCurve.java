package org.borealis.experiments;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.borealis.experiments.Curve.Point;

/**
 * The loss while the rate rises, as in a range test (Smith 2017).
 *
 * @param points rate and smoothed loss, in the order of the steps
 */
record RateCurve(List<Point> points) {
    /** How much of the smoothed loss is kept from step to step, as in Megatron-DeepSpeed's lr-finder. */
    private static final double KEPT = 0.98;

    /** A loss that is this many times the lowest is beyond recovery. */
    private static final double BEYOND = 2;

    /** Of the losses of steps, with the rates that led to them; ends where the loss is beyond recovery. */
    static RateCurve of(Curve curve) {
        var points = new ArrayList<Point>();
        double average = 0;
        double weight = 0;
        double lowest = Double.POSITIVE_INFINITY;
        for (var point : curve.byRate()) {
            average = KEPT * average + (1 - KEPT) * point.loss();
            weight = KEPT * weight + 1 - KEPT;
            double smoothed = average / weight;
            points.add(new Point(point.step(), smoothed));
            lowest = Math.min(lowest, smoothed);
            if (smoothed > BEYOND * lowest) {
                break;
            }
        }
        return new RateCurve(points);
    }

    /** The rate with the lowest loss. */
    Optional<Double> lowest() {
        return points.stream().min(Comparator.comparingDouble(Point::loss)).map(Point::step);
    }

    /** The rate, up to {@link #lowest}, at which the loss falls fastest from rate to rate by ratio: the one to take. */
    Optional<Double> steepest() {
        double best = 0;
        Optional<Double> rate = Optional.empty();
        double end = lowest().orElse(0.0);
        for (int i = 1; i < points.size() && points.get(i).step() <= end; i++) {
            var before = points.get(i - 1);
            var here = points.get(i);
            double fall = (before.loss() - here.loss()) / Math.log(here.step() / before.step());
            if (fall > best) {
                best = fall;
                rate = Optional.of(here.step());
            }
        }
        return rate;
    }
}
