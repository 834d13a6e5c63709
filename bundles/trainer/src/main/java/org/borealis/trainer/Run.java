package org.borealis.trainer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.borealis.checkpoint.Checkpoints.Checkpoint;
import org.borealis.command.Command;
import org.borealis.device.Device;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.data.Split;
import org.borealis.trainer.model.ModelOpener;
import org.borealis.trainer.pipeline.PipelineModel;
import org.borealis.trainer.pipeline.PipelineStep;
import org.borealis.trainer.progress.MatmulPeak;
import org.borealis.trainer.run.RunFolder;
import org.borealis.trainer.step.Keeping;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.Step;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;
import org.borealis.trainer.step.UpdateKinds;

/** A run, from its recipe to its last checkpoint: begun, gone on with, or found finished. */
final class Run {
    /** Exit code of a run that was asked to end and has saved; what a shell gives for Ctrl-C. */
    static final int INTERRUPTED = 130;

    /** Code of the failure to open a plug-in because the wait for it was ended; see {@link PatientOpening}. */
    private static final String WAIT_INTERRUPTED = "interrupted";

    private static final Duration FOREVER = Duration.ofDays(3650);
    /** A bundle that is being updated is away for less than this. */
    private static final Duration UPDATE = Duration.ofSeconds(5);

    private final RunContext context;
    private final Recipe recipe;
    private final RunCheckpoints checkpoints;

    Run(RunContext context, Recipe recipe) {
        this.context = context;
        this.recipe = recipe;
        checkpoints = new RunCheckpoints(context);
        BatchRamp.of(context.settings(), context.ranks());
    }

    /**
     * Trains until the last step.
     *
     * @param mustResume whether to fail if there is no checkpoint to go on from
     */
    int train(boolean mustResume) {
        if (outcome(mustResume) == Outcome.INTERRUPTED) {
            context.display().line("interrupted; all is saved. To go on: " + context.again());
            return INTERRUPTED;
        }
        return Command.DONE;
    }

    private Outcome outcome(boolean mustResume) {
        boolean waits = context.settings().missing().equals("wait");
        try {
            var outcome = stretch(waits ? FOREVER : Duration.ZERO, mustResume);
            while (outcome == Outcome.PLUGIN_GONE) {
                outcome = stretch(waits ? FOREVER : UPDATE, true);
            }
            return outcome;
        } catch (BorealisException e) {
            if (e.code().equals(WAIT_INTERRUPTED)) {
                return Outcome.INTERRUPTED;
            }
            throw e;
        }
    }

    private Outcome stretch(Duration patience, boolean mustResume) {
        var checkpoint = checkpoints.latest();
        try {
            if (checkpoint.isEmpty() && mustResume) {
                throw new BorealisException(
                        "nothing-to-resume",
                        context.folder().path() + " holds no checkpoint to go on from; leave out --resume to begin");
            }
            var progress = checkpoint.map(c -> Progress.of(c.metadata())).orElse(Progress.NONE);
            if (progress.step() >= context.settings().steps()) {
                return finishedBefore(progress);
            }
            var ranks = context.ranks();
            if (!ranks.isFirst()) {
                ranks.meet(); // the first rank makes the vocabulary, if it is not there yet
            }
            try (var plugins = new RunPlugins(context, recipe, patience)) {
                if (ranks.isFirst()) {
                    ranks.meet();
                }
                return stretch(checkpoint, progress, plugins);
            }
        } finally {
            checkpoint.ifPresent(Checkpoint::close);
        }
    }

    private Outcome finishedBefore(Progress progress) {
        context.display()
                .line("run '" + context.settings().name() + "' has done its " + progress.step()
                        + " steps. To train on: --set steps=" + 2 * progress.step()
                        + ", to begin anew: --fresh, to keep it and begin another: --set name=NAME");
        return Outcome.FINISHED;
    }

    private Outcome stretch(Optional<Checkpoint> checkpoint, Progress progress, RunPlugins plugins) {
        var settings = context.settings();
        checkpoint.ifPresent(c -> requireSameRecipe(c, plugins));
        var precision = Precision.of(settings);
        try (var device = plugins.backend().open()) {
            // First of all: what the device can't do must not be found out after a corpus was prepared.
            precision.requireOn(
                    device, plugins.recipe().section(Contract.BACKEND).name());
            var check = MemoryCheck.of(new MemoryCheck.Parts(
                    context.engine(),
                    settings,
                    device,
                    plugins.recipe().section(Contract.MODEL),
                    plugins.model(),
                    plugins.optimizer(),
                    context.ranks()));
            check.require();
            prepareCorpus(plugins);
            return stretch(device, check.planned(), checkpoint, progress, plugins);
        }
    }

    /** The first rank makes the corpus, if it is not there yet; the others find it. */
    private void prepareCorpus(RunPlugins plugins) {
        var ranks = context.ranks();
        if (ranks.isFirst() && ranks.areMany()) {
            new RunCorpus(context).open(plugins.tokenizer()).close();
        }
        ranks.meet();
    }

    private Outcome stretch(
            Device device, StepMemory memory, Optional<Checkpoint> checkpoint, Progress progress, RunPlugins plugins) {
        var settings = context.settings();
        var corpora = new RunCorpus(context);
        var model = plugins.model();
        try (var corpus = corpora.open(plugins.tokenizer())) {
            checkpoint.ifPresent(c -> checkpoints.requireSameData(c, corpus, plugins.tokenizer(), corpora.prefix()));
            var split = Split.of(
                    corpus,
                    settings.data_heldOut(),
                    settings.evaluate_every() > 0,
                    model.sequence(),
                    model.vocabulary(),
                    corpora.prefix().toString());
            var plan = StepPlans.of(settings, context.ranks())
                    .ramped(plugins.decay().isPresent());
            var parts = context.ranks()
                    .pipeline()
                    .map(p -> PipelineModel.of(context.engine().compiler(), model, plan, p.chunks()));
            var keeping = parts.map(p -> p.keeping(plan.ranks()));
            try (var state = new TrainState(
                            device,
                            plan.precision().kept(),
                            model.parameters(),
                            plugins.optimizer(),
                            context.ranks(),
                            keeping.orElse(Keeping.ALL),
                            plan.offload().in(folder -> context.paths().expanded("offload.disk", folder)));
                    var step = step(device, plugins, state, plan, parts)) {
                checkpoint.ifPresentOrElse(state::load, () -> state.initialise(settings.seed()));
                checkpoint.ifPresent(_ -> step.apply(UpdateKinds.RETURN));
                var drift = DriftCheck.of(context, plugins, device, state, step, plan);
                try {
                    return steps(
                            device, memory, new Stretch.Parts(plugins, corpus, split, state, step, drift), progress);
                } finally {
                    drift.ifPresent(DriftCheck::close);
                }
            }
        }
    }

    private Step step(
            Device device, RunPlugins plugins, TrainState state, TrainStep.Plan plan, Optional<PipelineModel> parts) {
        var compiler = context.engine().compiler();
        var optimizer = plugins.optimizer();
        return parts.<Step>map(p -> new PipelineStep(
                        compiler,
                        device,
                        optimizer,
                        state,
                        plan,
                        p,
                        plan.ranks().pipeline().orElseThrow().schedule()))
                .orElseGet(() -> new TrainStep(compiler, device, plugins.model(), optimizer, state, plan));
    }

    private Outcome steps(Device device, StepMemory memory, Stretch.Parts parts, Progress progress) {
        var settings = context.settings();
        var model = parts.plugins().model();
        var peak = context.ranks().isFirst()
                ? MatmulPeak.measure(device, Precision.of(settings).compute())
                : OptionalDouble.empty();
        var report = new StepReport(
                context.display(),
                settings.steps(),
                model.sequence(),
                peak.stream()
                        .map(flops -> model.trainingFlopsPerToken()
                                / flops
                                / context.ranks().mesh().size())
                        .findFirst());
        if (context.ranks().isFirst()) {
            RunFolder.write(
                    context.folder().recipe(),
                    context.engine().recipes().write(parts.plugins().recipe()).getBytes(StandardCharsets.UTF_8));
        }
        var introduction = new Introduction(context, device, parts, memory, peak);
        introduction.show();
        try (var recorder = new Recorder(context, progress.step())) {
            recorder.record(progress.step() == 0 ? "start" : "resume", progress.step(), introduction.lineage());
            if (progress.step() > 0) {
                context.display().line("resuming from step " + progress.step());
            }
            var stretch = new Stretch(context, parts, progress, recorder, report);
            var outcome = stretch.run();
            context.display().settle();
            if (outcome == Outcome.FINISHED) {
                stretch.published(() -> new Sample(context, device, parts, recorder)
                        .write(stretch.progress().step()));
                stretch.end("finished");
                context.display()
                        .line("finished; checkpoints are in " + context.folder().checkpoints());
            }
            return outcome;
        }
    }

    private void requireSameRecipe(Checkpoint checkpoint, RunPlugins plugins) {
        var change = RecipeChange.between(ModelOpener.recipe(context.engine(), checkpoint), plugins.recipe());
        change.refuse(context.settings().name());
        if (!change.noted().isEmpty()) {
            context.display()
                    .line("changed since the run began: " + String.join(", ", change.noted())
                            + "; losses agree with the old ones within rounding, not bit for bit");
        }
    }
}
