package org.borealis.experiments;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What can be said of a run, by its file of events.
 *
 * @param sequences of the last step
 * @param tokens of a sequence
 * @param noise scale of its gradients, in sequences, if the run could measure it
 * @param plugins where each comes from, by section
 */
record RunReport(
        String name, Curve curve, double sequences, double tokens, OptionalDouble noise, Map<String, String> plugins) {

    static RunReport of(Path folder) {
        double sequences = 0;
        double tokens = 0;
        double before = 0;
        var noise = OptionalDouble.empty();
        var plugins = new LinkedHashMap<String, String>();
        for (var event : RunEvents.read(folder)) {
            if (event.path("event").asText().equals("step")) {
                sequences = event.path("sequences").asDouble();
                double seen = event.path("tokens").asDouble();
                tokens = sequences > 0 && seen > before ? (seen - before) / sequences : tokens;
                before = seen;
                noise = event.has("noiseScale")
                        ? OptionalDouble.of(event.path("noiseScale").asDouble())
                        : OptionalDouble.empty();
            }
            event.path("plugins").properties().forEach(each -> plugins.put(each.getKey(), text(each.getValue())));
        }
        return new RunReport(
                folder.toAbsolutePath().normalize().getFileName().toString(),
                Curve.read(folder),
                sequences,
                tokens,
                noise,
                plugins);
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.asText() : value.toString();
    }

    /** Batch sizes around the run's own; none if the noise scale is not known. */
    List<BatchChoice> choices() {
        return noise.isPresent() && sequences > 0 ? BatchChoice.around(sequences, noise.getAsDouble()) : List.of();
    }

    /** Lines of plain text. */
    String text() {
        var text = new StringBuilder();
        var training = curve.training();
        line(text, "run", name + ", " + curve.end().orElse("not ended"));
        if (!training.isEmpty()) {
            line(
                    text,
                    "steps",
                    format(
                            "%,.0f of %,.0f tokens, in %s, %,.0f tokens/s",
                            training.getLast().step(), curve.tokens(), duration(), curve.tokens() / curve.seconds()));
            line(
                    text,
                    "loss",
                    format(
                            "%.4f at step %.0f, %.4f at the last%s",
                            training.getFirst().loss(),
                            training.getFirst().step(),
                            training.getLast().loss(),
                            curve.heldOut().isEmpty()
                                    ? ""
                                    : format(
                                            ", held out %.4f",
                                            curve.heldOut().getLast().loss())));
            line(text, "batch", format("%.0f sequences of %.0f tokens", sequences, tokens));
        }
        plugins.forEach((section, origin) -> line(text, section, origin));
        line(text, "noise scale", noiseText());
        if (!choices().isEmpty()) {
            text.append(String.format("%n%-14s%-14s%s%n", "sequences", "steps", "data, to the same loss"));
            choices()
                    .forEach(each -> text.append(format(
                            "%-14.0fx %-12.3gx %.3g%s%n",
                            each.sequences(),
                            each.steps(),
                            each.data(),
                            each.sequences() == sequences ? "  as it is" : "")));
        }
        return text.toString();
    }

    private String noiseText() {
        if (noise.isEmpty()) {
            return "not known: it is measured between the batches of a step, so a step needs several, by"
                    + " batch.micro below batch.sequences or by data-parallel ranks, and a few steps have to be made";
        }
        double scale = noise.getAsDouble();
        return format(
                "%,.3g sequences, %,.3g tokens: a larger batch than that saves few steps, a smaller one little data",
                scale, scale * tokens);
    }

    private String duration() {
        var time = Duration.ofSeconds(Math.round(curve.seconds()));
        return format("%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format("%-13s %s%n", name, value));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** For programs. */
    Map<String, Object> values() {
        var values = new LinkedHashMap<String, Object>();
        values.put("run", name);
        values.put("steps", curve.training().size());
        values.put("tokens", curve.tokens());
        values.put("seconds", curve.seconds());
        values.put("finished", curve.isFinished());
        curve.result().ifPresent(loss -> values.put("loss", loss));
        values.put("plugins", plugins);
        values.put("sequences", sequences);
        noise.ifPresent(scale -> values.put("noiseScale", scale));
        values.put(
                "batches",
                choices().stream()
                        .map(each -> Map.of("sequences", each.sequences(), "steps", each.steps(), "data", each.data()))
                        .toList());
        return values;
    }

    /** The text as a page, with the losses drawn. */
    String html() {
        var series = new Plot.Series(name, curve.smooth(Comparison.POINTS), curve.heldOut());
        String plot = new Plot("step", false, List.of(series)).svg();
        String lines = text().lines().map(Pages::escaped).collect(Collectors.joining("\n"));
        return Pages.html(name, plot, "<pre>" + lines + "</pre>\n");
    }
}
