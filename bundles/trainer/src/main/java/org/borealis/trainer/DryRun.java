package org.borealis.trainer;

import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.model.ModelFamily;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.RunSettings;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.progress.StepLine;
import org.borealis.trainer.ranks.Joining;
import org.borealis.trainer.ranks.Pipeline;
import org.borealis.trainer.run.Json;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepTraffic;

/** Says what a run needs, as planned for its device, without touching data, folders or the device's memory. */
record DryRun(Engine engine, RunSettings settings, RecipePaths paths, boolean explains) {

    void describe(Recipe recipe, PrintStream out, boolean asJson) {
        var plugins = engine.plugins();
        var vocabulary = PlannedVocabulary.of(engine, recipe, settings, paths);
        try (var model = plugins.open(Contract.MODEL, vocabulary.model(), Duration.ZERO);
                var optimizer = new OptimizerChoice(
                        recipe.section(Contract.OPTIMIZER),
                        model.service().parameters(),
                        (_, section) -> plugins.open(Contract.OPTIMIZER, section, Duration.ZERO));
                var backend = plugins.open(Contract.BACKEND, recipe.section(Contract.BACKEND), Duration.ZERO);
                var device = backend.service().open();
                var joining = new Joining(plugins)) {
            Precision.of(settings)
                    .requireOn(device, recipe.section(Contract.BACKEND).name());
            var check = MemoryCheck.of(new MemoryCheck.Parts(
                    engine,
                    settings,
                    device,
                    vocabulary.model(),
                    model.service(),
                    optimizer.optimizer(),
                    joining.plan(settings)));
            if (asJson) {
                out.println(Json.of(values(check, vocabulary)));
            } else {
                print(check, vocabulary, out);
            }
        }
    }

    private static long parameters(ModelFamily model) {
        return model.parameters().stream().mapToLong(p -> p.shape().elements()).sum();
    }

    private double tokens(ModelFamily model) {
        return (double) settings.batch_sequences() * model.sequence();
    }

    private void print(MemoryCheck check, PlannedVocabulary vocabulary, PrintStream out) {
        var model = check.parts().model();
        out.printf(Locale.ROOT, "device      %s%n", check.parts().device().description());
        out.printf(
                Locale.ROOT,
                "model       %s parameters, vocabulary %d%s%n",
                StepLine.count(parameters(model)),
                model.vocabulary(),
                vocabulary.remark());
        out.printf(
                Locale.ROOT,
                "step        %d sequences, %d at once, %s tokens, %s floating-point operations%n",
                settings.batch_sequences(),
                BatchSizes.micro(settings, check.parts().ranks().batches()),
                StepLine.count(tokens(model)),
                StepLine.count(tokens(model) * model.trainingFlopsPerToken()));
        if (isShared(check)) {
            out.println("stages      share the layers; what follows is of the one that takes most");
        }
        long total = check.planned().total();
        check.planned().byName().forEach((name, bytes) -> line(out, name, bytes, total));
        line(out, "total", total, total);
        check.planned()
                .elsewhere()
                .ifPresent(each -> out.printf(
                        Locale.ROOT,
                        "%-11s %10s that the optimizer remembers%n",
                        "on " + each.place(),
                        StepLine.memory(each.bytes())));
        verdict(check, out);
        if (explains) {
            traffic(check)
                    .forEach(each -> out.printf(
                            Locale.ROOT,
                            "%-11s %-14s %5d times a step, %s sent by each rank%n",
                            each.axis(),
                            each.operation(),
                            each.times(),
                            StepLine.memory(each.bytes())));
        }
    }

    private List<StepTraffic> traffic(MemoryCheck check) {
        var parts = check.parts();
        return StepTraffic.plan(
                engine.compiler(), parts.model(), parts.optimizer(), StepPlans.of(settings, parts.ranks()));
    }

    private static void line(PrintStream out, String name, long bytes, long total) {
        out.printf(Locale.ROOT, "%-11s %10s %5.1f %%%n", name, StepLine.memory(bytes), 100.0 * bytes / total);
    }

    /** Whether stages take different amounts of memory. */
    private static boolean isShared(MemoryCheck check) {
        return check.parts().ranks().pipeline().isPresent();
    }

    private static void verdict(MemoryCheck check, PrintStream out) {
        check.available()
                .ifPresentOrElse(
                        bytes -> out.printf(
                                "%-11s %10s, so it %s%n",
                                "available",
                                StepLine.memory(bytes),
                                check.fits() ? "fits" : "does not fit; " + check.remedy()),
                        () -> out.println("available   the device can't tell"));
    }

    private Map<String, Object> values(MemoryCheck check, PlannedVocabulary vocabulary) {
        var model = check.parts().model();
        var memory = new LinkedHashMap<String, Object>(check.planned().byName());
        memory.put("total", check.planned().total());
        check.planned()
                .elsewhere()
                .ifPresent(each -> memory.put("offloaded", Map.of("to", each.place(), "bytes", each.bytes())));
        check.available().ifPresent(bytes -> memory.put("available", bytes));
        var values = new LinkedHashMap<String, Object>();
        values.put("device", check.parts().device().description());
        values.put("parameters", parameters(model));
        values.put("vocabulary", model.vocabulary());
        values.put("vocabularyFrom", vocabulary.source());
        values.put("sequences", settings.batch_sequences());
        values.put("micro", BatchSizes.micro(settings, check.parts().ranks().batches()));
        values.put("tokens", (long) tokens(model));
        values.put("flops", tokens(model) * model.trainingFlopsPerToken());
        values.put("memory", memory);
        if (isShared(check)) {
            values.put("stages", check.parts().ranks().mesh().ranks(Pipeline.AXIS)); // the memory is of the greatest
        }
        values.put("fits", check.fits());
        if (explains) {
            values.put(
                    "traffic",
                    traffic(check).stream()
                            .map(each -> Map.of(
                                    "axis",
                                    each.axis(),
                                    "operation",
                                    each.operation(),
                                    "times",
                                    each.times(),
                                    "bytes",
                                    each.bytes()))
                            .toList());
        }
        if (!check.fits()) {
            check.advice()
                    .ifPresent(advice -> values.put(
                            "advice",
                            Map.of(
                                    "settings",
                                    advice.settings(),
                                    "total",
                                    advice.memory().total())));
        }
        return values;
    }
}
