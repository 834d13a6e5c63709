package org.borealis.experiments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How a run went, by its file of events.
 *
 * @param training loss of each step
 * @param heldOut loss of each evaluation
 * @param byRate loss of each step, by the rate of the update before it
 * @param seconds of training
 * @param tokens seen
 * @param end why it ended, if it did: {@code finished}, {@code interrupted}
 */
record Curve(
        List<Point> training,
        List<Point> heldOut,
        List<Point> byRate,
        double seconds,
        double tokens,
        Optional<String> end) {
    /** A loss after a step, or by whatever else. */
    record Point(double step, double loss) {}

    /** Of a run's folder; without points if it has not begun. Of a step that was made again, the last counts. */
    static Curve read(Path folder) {
        var training = new TreeMap<Long, Double>();
        var heldOut = new TreeMap<Long, Double>();
        var rates = new TreeMap<Long, Double>();
        double seconds = 0;
        double tokens = 0;
        Optional<String> end = Optional.empty();
        for (var event : RunEvents.read(folder)) {
            long step = event.path("step").asLong();
            double loss = event.path("loss").asDouble(Double.NaN);
            switch (event.path("event").asText()) {
                case "step" -> {
                    training.put(step, loss);
                    rates.put(step, event.path("rate").asDouble(Double.NaN));
                    seconds = event.path("seconds").asDouble();
                    tokens = event.path("tokens").asDouble();
                    end = Optional.empty();
                }
                case "evaluation" -> heldOut.put(step, loss);
                case "end" -> end = Optional.of(event.path("reason").asText());
                default -> {}
            }
        }
        return new Curve(points(training), points(heldOut), byRate(training, rates), seconds, tokens, end);
    }

    private static List<Point> byRate(TreeMap<Long, Double> losses, TreeMap<Long, Double> rates) {
        var points = new ArrayList<Point>();
        losses.forEach((step, loss) -> {
            double rate = rates.getOrDefault(step - 1, Double.NaN);
            if (rate > 0 && Double.isFinite(loss)) {
                points.add(new Point(rate, loss));
            }
        });
        return points;
    }

    private static List<Point> points(TreeMap<Long, Double> losses) {
        return losses.entrySet().stream()
                .filter(entry -> Double.isFinite(entry.getValue()))
                .map(entry -> new Point(entry.getKey(), entry.getValue()))
                .toList();
    }

    boolean isFinished() {
        return end.filter("finished"::equals).isPresent();
    }

    /** What runs are compared by: the last held-out loss, or without one the mean of the last tenth of the steps. */
    OptionalDouble result() {
        if (!heldOut.isEmpty()) {
            return OptionalDouble.of(heldOut.getLast().loss());
        }
        return training.stream()
                .skip(training.size() * 9L / 10)
                .mapToDouble(Point::loss)
                .average();
    }

    /** The training loss, each point the mean of its neighbours, about as many points as a plot can show. */
    List<Point> smooth(int most) {
        int width = Math.max(1, training.size() / most);
        var points = new ArrayList<Point>();
        for (int from = 0; from < training.size(); from += width) {
            var part = training.subList(from, Math.min(training.size(), from + width));
            points.add(new Point(
                    part.getLast().step(),
                    part.stream().mapToDouble(Point::loss).average().orElseThrow()));
        }
        return points;
    }
}
