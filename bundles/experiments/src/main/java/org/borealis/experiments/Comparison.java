package org.borealis.experiments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Runs of a sweep beside each other, the best first. */
final class Comparison {
    /**
     * A run.
     *
     * @param settings that are its own
     */
    record Row(String name, Map<String, String> settings, Curve curve) {}

    /** As many as a plot can show. */
    static final int POINTS = 400;

    private final String title;
    private final List<Row> rows;
    private final List<String> keys;

    Comparison(String title, List<Row> runs) {
        this.title = title;
        rows = runs.stream()
                .sorted(Comparator.comparingDouble(row -> row.curve().result().orElse(Double.POSITIVE_INFINITY)))
                .toList();
        keys = runs.stream()
                .flatMap(row -> row.settings().keySet().stream())
                .distinct()
                .toList();
    }

    private List<String> headings() {
        var headings = new ArrayList<>(List.of("run"));
        headings.addAll(keys);
        headings.addAll(List.of("loss", "held out", "steps", "tokens/s", "state"));
        return headings;
    }

    private List<String> cells(Row row) {
        var curve = row.curve();
        var cells = new ArrayList<>(List.of(row.name()));
        keys.forEach(key -> cells.add(row.settings().getOrDefault(key, "")));
        cells.add(
                curve.training().isEmpty()
                        ? ""
                        : format(curve.training().getLast().loss()));
        cells.add(
                curve.heldOut().isEmpty()
                        ? ""
                        : format(curve.heldOut().getLast().loss()));
        cells.add(
                curve.training().isEmpty()
                        ? "0"
                        : String.valueOf((long) curve.training().getLast().step()));
        cells.add(curve.seconds() > 0 ? String.valueOf(Math.round(curve.tokens() / curve.seconds())) : "");
        cells.add(curve.end().orElse(curve.training().isEmpty() ? "not begun" : "not finished"));
        return cells;
    }

    private static String format(double loss) {
        return String.format(Locale.ROOT, "%.4f", loss);
    }

    /** Columns of plain text. */
    String table() {
        var lines = new ArrayList<List<String>>();
        lines.add(headings());
        rows.forEach(row -> lines.add(cells(row)));
        int columns = headings().size();
        var widths = new int[columns];
        lines.forEach(line -> {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        });
        var text = new StringBuilder();
        for (var line : lines) {
            var padded = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                padded.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            text.append(padded.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }

    /** Numbers for programs; the best run first. */
    List<Map<String, Object>> values() {
        return rows.stream()
                .map(row -> {
                    var values = new LinkedHashMap<String, Object>();
                    values.put("run", row.name());
                    values.put("settings", row.settings());
                    values.put("steps", row.curve().training().size());
                    values.put("finished", row.curve().isFinished());
                    OptionalDouble result = row.curve().result();
                    result.ifPresent(loss -> values.put("loss", loss));
                    return (Map<String, Object>) values;
                })
                .toList();
    }

    /** Writes the table and the plot into a folder. */
    void write(Path folder) {
        var series = rows.stream()
                .map(row -> new Plot.Series(
                        row.name(), row.curve().smooth(POINTS), row.curve().heldOut()))
                .toList();
        String plot = new Plot("step", false, series).svg();
        Pages.write(folder.resolve("loss.svg"), plot);
        Pages.write(folder.resolve("comparison.html"), Pages.html(title, plot, rowsOfHtml()));
        Pages.write(folder.resolve("comparison.csv"), csv());
    }

    private String csv() {
        var lines = new ArrayList<List<String>>();
        lines.add(headings());
        rows.forEach(row -> lines.add(cells(row)));
        return lines.stream()
                .map(line -> line.stream()
                        .map(cell -> cell.matches("[A-Za-z0-9._ /-]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"')
                        .collect(Collectors.joining(",")))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private String rowsOfHtml() {
        return "<table>\n"
                + row("th", headings())
                + rows.stream().map(row -> row("td", cells(row))).collect(Collectors.joining())
                + "</table>\n";
    }

    private static String row(String tag, List<String> cells) {
        return cells.stream()
                .map(cell -> "<" + tag + ">" + Pages.escaped(cell) + "</" + tag + ">")
                .collect(Collectors.joining("", "<tr>", "</tr>\n"));
    }
}
