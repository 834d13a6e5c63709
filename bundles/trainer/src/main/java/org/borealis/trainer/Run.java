package org.borealis.trainer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.borealis.checkpoint.Checkpoints.Checkpoint;
import org.borealis.command.Command;
import org.borealis.device.Device;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.data.Split;
import org.borealis.trainer.pipeline.PipelineModel;
import org.borealis.trainer.pipeline.PipelineStep;
import org.borealis.trainer.progress.MatmulPeak;
import org.borealis.trainer.run.RunFolder;
import org.borealis.trainer.step.Keeping;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.Step;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.StepPlan;
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
    private final Optional<Replay> replay;
    private final RunCheckpoints checkpoints;
    private final Set<String> refused = new HashSet<>();
    /** What the stretch before leaves to this one; nothing for the first. */
    private Optional<PluginVersions> next = Optional.empty();

    Run(RunContext context, Recipe recipe) {
        this(context, recipe, Optional.empty());
    }

    /** @param replay the run that this one is to repeat */
    Run(RunContext context, Recipe recipe, Optional<Replay> replay) {
        this.context = context;
        this.recipe = recipe;
        this.replay = replay;
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
        replay.filter(_ -> context.ranks().isFirst())
                .ifPresent(run ->
                        context.display().line(run.verdict(context.folder().events())));
        return Command.DONE;
    }

    private Outcome outcome(boolean mustResume) {
        boolean waits = context.settings().missing().equals("wait");
        try {
            var outcome = stretch(waits ? FOREVER : Duration.ZERO, mustResume);
            while (outcome == Outcome.PLUGINS_CHANGED) {
                outcome = stretch(waits ? FOREVER : UPDATE, false);
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
            var lineage = checkpoint.map(c -> Lineage.of(c.metadata())).orElse(Lineage.NONE);
            var versions = replay.map(run -> run.versions(progress.step()))
                    .or(() -> next)
                    .orElseGet(() -> new PluginVersions(lineage.latest(), false));
            try (var plugins = opened(patience, versions, lineage)) {
                checkpoint.ifPresent(c -> checkpoints.requireSameState(c, progress, lineage, plugins));
                return stretch(checkpoint, progress, lineage.with(progress.step(), plugins.origins()), plugins);
            }
        } finally {
            checkpoint.ifPresent(Checkpoint::close);
        }
    }

    private RunPlugins opened(Duration patience, PluginVersions versions, Lineage lineage) {
        try {
            return new SharedOpening(context, recipe).open(patience, versions);
        } catch (BorealisException e) {
            if (next.isEmpty() || lineage.latest().isEmpty() || e.code().equals(WAIT_INTERRUPTED)) {
                throw e;
            }
            throw new BorealisException(
                    e.code(), e.getMessage() + "\n" + checkpoints.putBack(lineage, versions.origins()), e);
        }
    }

    private Outcome finishedBefore(Progress progress) {
        context.display()
                .line("run '" + context.settings().name() + "' has done its " + progress.step()
                        + " steps. To train on: --set steps=" + 2 * progress.step()
                        + ", to begin anew: --fresh, to keep it and begin another: --set name=NAME");
        return Outcome.FINISHED;
    }

    private Outcome stretch(Optional<Checkpoint> checkpoint, Progress progress, Lineage lineage, RunPlugins plugins) {
        var settings = context.settings();
        if (next.isEmpty()) { // later it is the recipe that the run of this process began with
            checkpoint.ifPresent(c -> checkpoints.requireSameRecipe(c, plugins));
            replay.ifPresent(run -> run.requireSameRecipe(plugins.recipe()));
        }
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
            return stretch(device, check.planned(), checkpoint, progress, lineage, plugins);
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
            Device device,
            StepMemory memory,
            Optional<Checkpoint> checkpoint,
            Progress progress,
            Lineage lineage,
            RunPlugins plugins) {
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
                var trial = new SwapTrial(context, plugins, device);
                var watch = new PluginWatch(context, plugins, trial, refused, replay);
                try {
                    return steps(
                            device,
                            memory,
                            new Stretch.Parts(plugins, lineage, watch, corpus, split, state, step, drift),
                            progress);
                } finally {
                    drift.ifPresent(DriftCheck::close);
                }
            }
        }
    }

    private Step step(
            Device device, RunPlugins plugins, TrainState state, StepPlan plan, Optional<PipelineModel> parts) {
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
            for (var swap : parts.lineage().swaps(progress.step())) {
                recorder.record("swap", progress.step(), swap.event());
                context.display().line(swap + " after step " + progress.step());
            }
            var stretch = new Stretch(context, parts, progress, recorder, report);
            var outcome = stretch.run();
            next = Optional.of(parts.watch().next());
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
}
