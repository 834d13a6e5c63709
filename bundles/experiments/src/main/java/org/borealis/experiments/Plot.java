package org.borealis.experiments;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.borealis.experiments.Curve.Point;

/**
 * Losses as SVG. Written by hand, because libraries that draw need fonts that the nodes of a cluster do not have.
 *
 * @param across what {@link Point#step} is, in words
 * @param isLogarithmic whether that goes by ratios
 */
record Plot(String across, boolean isLogarithmic, List<Series> series) {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 540;
    private static final int LEFT = 60;
    private static final int RIGHT = 300;
    private static final int TOP = 30;
    private static final int BOTTOM = 45;
    private static final int TICKS = 5;
    private static final int LINE = 16;
    private static final double GOLDEN_ANGLE = 137.508; // neighbouring lines get colours far apart

    /** A line with dots. */
    record Series(String name, List<Point> line, List<Point> dots) {}

    /** Where numbers are on the page. */
    private record Scale(double from, double to, int start, int end) {
        static Scale of(DoubleStream values, int start, int end) {
            var found = values.summaryStatistics();
            boolean isWide = found.getMax() > found.getMin();
            return new Scale(
                    found.getCount() == 0 ? 0 : found.getMin(),
                    isWide ? found.getMax() : found.getCount() == 0 ? 1 : found.getMin() + 1,
                    start,
                    end);
        }

        double at(double value) {
            return start + (end - start) * (value - from) / (to - from);
        }

        double tick(int number) {
            return from + (to - from) * number / TICKS;
        }
    }

    String svg() {
        DoubleUnaryOperator measure = isLogarithmic ? Math::log10 : value -> value;
        var x = Scale.of(points().mapToDouble(Point::step).map(measure), LEFT, WIDTH - RIGHT);
        var y = Scale.of(points().mapToDouble(Point::loss), HEIGHT - BOTTOM, TOP);
        var svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" font-family=\"sans-serif\" font-size=\"12\">\n"
                + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int tick = 0; tick <= TICKS; tick++) {
            double at = y.at(y.tick(tick));
            svg.append(format(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                    LEFT, WIDTH - RIGHT, at, at));
            svg.append(text(LEFT - 8, at + 4, "end", format("%.3g", y.tick(tick))));
            String label = isLogarithmic ? format("%.1e", Math.pow(10, x.tick(tick))) : format("%.0f", x.tick(tick));
            svg.append(text(x.at(x.tick(tick)), HEIGHT - BOTTOM + 18, "middle", label));
        }
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", across));
        svg.append(text(8, TOP - 14, "start", "loss (line: training, dots: held out)"));
        for (int i = 0; i < series.size(); i++) {
            svg.append(drawn(series.get(i), i, x, y, measure));
        }
        return svg.append("</svg>\n").toString();
    }

    private Stream<Point> points() {
        return series.stream().flatMap(each -> Stream.concat(each.line().stream(), each.dots().stream()));
    }

    private static String drawn(Series series, int index, Scale x, Scale y, DoubleUnaryOperator measure) {
        String colour = format("hsl(%.0f,65%%,45%%)", index * GOLDEN_ANGLE % 360);
        String line = series.line().stream()
                .map(point -> format("%.1f,%.1f", x.at(measure.applyAsDouble(point.step())), y.at(point.loss())))
                .collect(Collectors.joining(" "));
        String dots = series.dots().stream()
                .map(point -> format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                        x.at(measure.applyAsDouble(point.step())), y.at(point.loss()), colour))
                .collect(Collectors.joining());
        double at = TOP + LINE * (index + 0.5);
        return format("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n", line, colour)
                + dots
                + format(
                        "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"3\" fill=\"%s\"/>%n",
                        WIDTH - RIGHT + 12, at - 5, colour)
                + text(WIDTH - RIGHT + 32, at, "start", series.name());
    }

    private static String text(double x, double y, String anchor, String text) {
        return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, Pages.escaped(text));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
