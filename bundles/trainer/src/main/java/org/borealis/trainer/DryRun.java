package org.borealis.trainer;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.RunSettings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.progress.StepLine;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/** Says what a run needs, as compiled for its device, without touching data or folders. */
record DryRun(Engine engine, RunSettings settings) {
    /** Taken where the vocabulary is not known before the corpus is there. */
    private static final int ASSUMED_VOCABULARY = 32_768;

    void describe(Recipe recipe, PrintStream out) {
        int rows = BatchSizes.micro(settings);
        var plugins = engine.plugins();
        var section = recipe.section(Contract.MODEL);
        boolean isKnown = section.settings().get("vocabulary") instanceof Number n && n.longValue() > 0;
        int assumed = settings.data_learnVocabulary() > 0 ? settings.data_learnVocabulary() : ASSUMED_VOCABULARY;
        var complete = isKnown ? section : section.with("vocabulary", assumed);
        var precision = Precision.of(settings.precision());
        try (var model = plugins.open(Contract.MODEL, complete, Duration.ZERO);
                var optimizer = plugins.open(Contract.OPTIMIZER, recipe.section(Contract.OPTIMIZER), Duration.ZERO);
                var backend = plugins.open(Contract.BACKEND, recipe.section(Contract.BACKEND), Duration.ZERO);
                var device = backend.service().open();
                var state = state(device, precision, recipe, model.service(), optimizer.service());
                var step = new TrainStep(
                        engine.compiler(),
                        device,
                        model.service(),
                        optimizer.service(),
                        state,
                        new TrainStep.Plan(rows, settings.batch_sequences() / rows, precision))) {
            long parameters = model.service().parameters().stream()
                    .mapToLong(p -> p.shape().elements())
                    .sum();
            double tokens =
                    (double) settings.batch_sequences() * model.service().sequence();
            out.printf(Locale.ROOT, "device      %s%n", device.description());
            out.printf(
                    Locale.ROOT,
                    "model       %s parameters, vocabulary %d%s%n",
                    StepLine.count(parameters),
                    model.service().vocabulary(),
                    isKnown ? "" : " (assumed)");
            out.printf(
                    Locale.ROOT,
                    "step        %d sequences, %d at once, %s tokens, %s floating-point operations%n",
                    settings.batch_sequences(),
                    rows,
                    StepLine.count(tokens),
                    StepLine.count(tokens * model.service().trainingFlopsPerToken()));
            out.printf(
                    Locale.ROOT,
                    "memory      parameters %s, optimizer %s, gradients %s, workspace %s%n",
                    StepLine.bytes(state.parameterBytes()),
                    StepLine.bytes(state.bytes() - state.parameterBytes()),
                    StepLine.bytes(step.bufferBytes()),
                    StepLine.bytes(step.workspaceBytes()));
        }
    }

    private static TrainState state(
            Device device, Precision precision, Recipe recipe, ModelFamily model, Optimizer optimizer) {
        precision.requireOn(device, recipe.section(Contract.BACKEND).name());
        return new TrainState(device, precision.kept(), model.parameters(), optimizer);
    }
}
