package org.borealis.experiments;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.borealis.experiments.Curve.Point;

/**
 * Losses over steps as SVG: a line for the training loss of each run, dots for its held-out loss. Written by hand, because libraries
 * that draw need fonts that the nodes of a cluster do not have.
 */
final class LossPlot {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 540;
    private static final int LEFT = 60;
    private static final int RIGHT = 300;
    private static final int TOP = 20;
    private static final int BOTTOM = 45;
    private static final int TICKS = 5;
    private static final int POINTS = 400;
    private static final int LINE = 16;
    private static final double GOLDEN_ANGLE = 137.508; // neighbouring lines get colours far apart

    private final Map<String, Curve> curves;
    private final double steps;
    private final double least;
    private final double most;

    private LossPlot(Map<String, Curve> curves) {
        this.curves = curves;
        steps = points().mapToDouble(Point::step).max().orElse(1);
        least = losses().min().orElse(0);
        double greatest = losses().max().orElse(1);
        most = greatest > least ? greatest : least + 1;
    }

    /** @param curves by name, in the order of the legend */
    static String of(Map<String, Curve> curves) {
        return new LossPlot(curves).svg();
    }

    private Stream<Point> points() {
        return curves.values().stream()
                .flatMap(curve -> Stream.concat(curve.smooth(POINTS).stream(), curve.heldOut().stream()));
    }

    private DoubleStream losses() {
        return points().mapToDouble(Point::loss);
    }

    private String svg() {
        var svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" font-family=\"sans-serif\" font-size=\"12\">\n"
                + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int tick = 0; tick <= TICKS; tick++) {
            double loss = least + (most - least) * tick / TICKS;
            double step = steps * tick / TICKS;
            svg.append(format(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                    LEFT, WIDTH - RIGHT, y(loss), y(loss)));
            svg.append(text(LEFT - 8, y(loss) + 4, "end", format("%.3g", loss)));
            svg.append(text(x(step), HEIGHT - BOTTOM + 18, "middle", format("%.0f", step)));
        }
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "step"));
        svg.append(text(8, TOP - 6, "start", "loss (line: training, dots: held out)"));
        int index = 0;
        for (var entry : curves.entrySet()) {
            svg.append(run(entry.getKey(), entry.getValue(), index++));
        }
        return svg.append("</svg>\n").toString();
    }

    private String run(String name, Curve curve, int index) {
        String colour = format("hsl(%.0f,65%%,45%%)", index * GOLDEN_ANGLE % 360);
        String line = curve.smooth(POINTS).stream()
                .map(point -> format("%.1f,%.1f", x(point.step()), y(point.loss())))
                .collect(Collectors.joining(" "));
        String dots = curve.heldOut().stream()
                .map(point -> format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                        x(point.step()), y(point.loss()), colour))
                .collect(Collectors.joining());
        double at = TOP + LINE * (index + 0.5);
        return format("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n", line, colour)
                + dots
                + format(
                        "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"3\" fill=\"%s\"/>%n",
                        WIDTH - RIGHT + 12, at - 5, colour)
                + text(WIDTH - RIGHT + 32, at, "start", name);
    }

    private double x(double step) {
        return LEFT + (WIDTH - LEFT - RIGHT) * step / steps;
    }

    private double y(double loss) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (most - loss) / (most - least);
    }

    private static String text(double x, double y, String anchor, String text) {
        return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escaped(text));
    }

    /** For XML and HTML. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
