package org.borealis.trainer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.data.TokenCorpus;
import org.borealis.parallel.CommunicationException;
import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;
import org.borealis.train.Optimizer;
import org.borealis.train.Optimizer.Pace;
import org.borealis.train.RateSchedule.Position;
import org.borealis.trainer.data.HeldOutLoss;
import org.borealis.trainer.data.SampleOrder;
import org.borealis.trainer.data.Split;
import org.borealis.trainer.step.Step;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.UpdateKinds;

/** The steps of a run that one process makes, from where it stands until it ends or is interrupted. */
final class Stretch {
    private static final double NORM_GUARD = 1e-6; // torch.nn.utils.clip_grad_norm_

    /** What the steps work on; owned by the caller. */
    record Parts(
            RunPlugins plugins,
            Lineage lineage,
            PluginWatch watch,
            TokenCorpus corpus,
            Split split,
            TrainState state,
            Step step,
            Optional<DriftCheck> drift) {}

    private final RunContext context;
    private final RunSettings settings;
    private final Parts parts;
    private final Recorder recorder;
    private final StepReport report;
    private final RunCheckpoints checkpoints;
    private final SampleOrder order;
    private final BatchRamp ramp;
    /** As many as the largest step has. */
    private final List<TokenBatch> room = new ArrayList<>();

    private final LossScaling scaling;
    private final double secondsBefore;
    private final long start = System.nanoTime();
    private Progress progress;
    private long savedStep;

    Stretch(RunContext context, Parts parts, Progress progress, Recorder recorder, StepReport report) {
        this.context = context;
        this.settings = context.settings();
        this.parts = parts;
        scaling = LossScaling.of(settings);
        this.progress = withNumbers(scaling.begin(progress), parts.plugins.optimizer());
        this.recorder = recorder;
        this.report = report;
        checkpoints = new RunCheckpoints(context);
        order = new SampleOrder(settings.seed(), parts.split.training().windows());
        ramp = BatchRamp.of(settings, context.ranks());
        int rows = BatchSizes.micro(settings, context.ranks().batches());
        for (int i = 0; i < BatchSizes.perRank(settings, context.ranks().batches()); i++) {
            room.add(new TokenBatch(rows, parts.split.training().sequence()));
        }
        secondsBefore = progress.seconds();
        savedStep = progress.step();
    }

    private static Progress withNumbers(Progress progress, Optimizer optimizer) {
        return progress.updates() == 0 ? progress.with(optimizer.numbers()) : progress;
    }

    /** @throws CommunicationException if a rank is lost; says how far this one has come */
    Outcome run() {
        try {
            return steps();
        } catch (CommunicationException e) {
            throw new CommunicationException(
                    e.code(), e.getMessage() + "; the last step that this rank has done is " + progress.step(), e);
        }
    }

    private Outcome steps() {
        while (progress.step() < parts.watch.last(settings.steps())) {
            boolean isInterrupted = context.engine().interruption().requested();
            boolean isStirred = parts.watch.isStirred(progress.step());
            // what one rank has to stop for, all stop for
            int wish = context.ranks().greatest(isInterrupted ? 2 : isStirred ? 1 : 0);
            if (wish == 2) {
                return stop(Outcome.INTERRUPTED, "interrupted");
            }
            var change = wish == 1 ? parts.watch.settle(progress.step(), recorder) : Optional.<String>empty();
            if (change.isPresent()) {
                context.display().line(change.get());
                return stop(Outcome.PLUGINS_CHANGED, "plug-ins changed");
            }
            step();
            boolean isLast = progress.step() == settings.steps();
            if (isLast || isDue(settings.evaluate_every())) {
                published(this::evaluate);
            }
            if (isLast || isDue(settings.checkpoint_every())) {
                save();
            }
        }
        return progress.step() < settings.steps() ? stop(Outcome.REPLAYED, "replayed") : Outcome.FINISHED;
    }

    private boolean isDue(long every) {
        return every > 0 && progress.step() % every == 0;
    }

    private void step() {
        long begun = System.nanoTime();
        int sequences = ramp.next(progress);
        var batches = room.subList(0, sequences / ramp.unit());
        read(batches);
        parts.step.begin(progress.lossScale().scale(), batches.size());
        observe(batches);
        batches.forEach(parts.step::accumulate);
        double loss = parts.step.loss();
        double norm = parts.step.gradientNorm();
        boolean isFinite = Double.isFinite(loss) && Double.isFinite(norm);
        var before = progress;
        boolean isExpected = scaling.expects(before, loss);
        if (!isFinite && !isExpected && !maySkip()) {
            throw notFinite(loss, norm);
        }
        long tokens = (long) sequences * parts.split.training().sequence();
        var position = new Position(
                progress.step() + 1, settings.steps(), progress.samples() + sequences, progress.tokens() + tokens);
        var optimizer = parts.plugins.optimizer();
        double rate = optimizer.rate() * parts.plugins.schedule().factor(position);
        if (isFinite) {
            double clip = optimizer.clip();
            double scale = clip > 0 ? Math.min(1, clip / (norm + NORM_GUARD)) : 1;
            double decay = parts.plugins.decay().map(s -> s.factor(position)).orElse(1.0);
            measureNoise(norm, sequences);
            update(batches, new Pace(progress.updates() + 1, rate, decay), scale);
        }
        progress = progress.next(isFinite, isExpected, sequences, tokens, seconds());
        record(loss, rate, norm, isFinite, (System.nanoTime() - begun) / 1e9);
        progress = scaling.after(progress, isFinite);
        if (!isFinite && isExpected) {
            context.display().line(LossScaling.skipped(before, progress));
        } else if (!isFinite) {
            warnSkipped(loss, norm);
        }
    }

    private void measureNoise(double norm, int sequences) {
        var measured = parts.step.squaredBatchNorm();
        ramp.requireMeasured(measured);
        measured.ifPresent(squares -> progress = progress.with(progress.noise()
                .with(NoiseScale.of(norm * norm, sequences, squares, room.get(0).rows()), NoiseScale.KEPT)));
    }

    private void observe(List<TokenBatch> batches) {
        long every = parts.plugins.optimizer().observesEvery();
        if (every > 0 && progress.updates() % every == 0) {
            parts.step.observe(batches, progress.updates() + 1);
        }
    }

    private void update(List<TokenBatch> batches, Pace pace, double scale) {
        long step = progress.step() + 1;
        var before = progress.numbers();
        var drift = parts.drift.filter(check -> check.isDue(step));
        try {
            drift.ifPresent(
                    check -> check.gradients(batches, progress.lossScale().scale()));
            progress = progress.with(parts.step.update(pace, scale, before));
            drift.ifPresent(check -> check.update(pace, scale, before));
        } catch (BorealisException e) {
            recorder.record("warning", progress.step(), Map.of("message", String.valueOf(e.getMessage())));
            end(e.code());
            throw e;
        }
        drift.ifPresent(check -> {
            recorder.record("drift", step, check.event());
            context.display().line(check.line(step));
        });
    }

    private void read(List<TokenBatch> batches) {
        var ranks = context.ranks();
        for (int i = 0; i < batches.size(); i++) {
            var batch = batches.get(i);
            long first = progress.samples() + ((long) i * ranks.batches() + ranks.batch()) * batch.rows();
            for (int row = 0; row < batch.rows(); row++) {
                parts.split.training().read(order.window(first + row), batch, row);
            }
        }
    }

    private void record(double loss, double rate, double norm, boolean isUpdated, double stepSeconds) {
        var values = new LinkedHashMap<String, Object>();
        values.put("loss", loss);
        values.put("rate", rate);
        values.put("gradientNorm", norm);
        values.put("tokens", progress.tokens());
        values.put("seconds", progress.seconds());
        values.put("stepSeconds", stepSeconds);
        values.put("sequences", progress.sequences());
        progress.noise().sequences().ifPresent(scale -> values.put("noiseScale", scale));
        parts.step.greatestScore().ifPresent(score -> values.put("greatestScore", score));
        if (scaling.isOn()) {
            values.put("lossScale", progress.lossScale().scale());
        }
        if (!isUpdated) {
            values.put("skipped", true);
        }
        recorder.record("step", progress.step(), values);
        report.step(progress.step(), progress.sequences(), loss, rate, norm, stepSeconds);
    }

    private boolean maySkip() {
        return settings.nonFinite().equals("skip") && progress.skipped() < settings.nonFiniteLimit();
    }

    private void warnSkipped(double loss, double norm) {
        var text = "step " + progress.step() + " was skipped: its loss is " + loss + ", its gradient's norm " + norm;
        recorder.record("warning", progress.step(), Map.of("message", text));
        context.display().line(text);
    }

    private BorealisException notFinite(double loss, double norm) {
        long step = progress.step() + 1;
        var poisoned = parts.state.poisoned();
        boolean isPoisoned = context.ranks().greatest(poisoned.isPresent() ? 1 : 0) > 0;
        if (!isPoisoned && step > 1) {
            saveUnlessSaved();
        }
        var text = "step " + step + " has loss " + loss + " and a gradient of norm " + norm
                + "; its update was not made. "
                + poisoned.map(name -> "Parameter " + name + " is not finite either: an earlier update overflowed. ")
                        .orElse("")
                + (settings.nonFinite().equals("skip")
                        ? settings.nonFiniteLimit() + " steps in a row were skipped. "
                        : "")
                + scaling.advice(progress, loss)
                + "A lower optimizer.rate, a longer warm-up or optimizer.clip usually helps; nonFinite=skip leaves out single"
                + " bad batches. The newest checkpoint is of step " + savedStep + " in "
                + context.folder().checkpoints();
        recorder.record("warning", progress.step(), Map.of("message", text));
        end("not finite");
        return new BorealisException("not-finite", text);
    }

    private void evaluate() {
        if (parts.split.heldOut().windows() == 0) {
            return;
        }
        report.busy("evaluating");
        double loss = new HeldOutLoss(parts.split.heldOut(), settings.evaluate_batches())
                .of(room.get(0), parts.step::evaluate, context.ranks());
        recorder.record("evaluation", progress.step(), Map.of("loss", loss));
        report.evaluation(progress.step(), loss);
    }

    private void save() {
        report.busy("saving");
        recorder.force();
        published(() -> {
            var path = checkpoints.save(progress, parts.state, parts.plugins, parts.lineage, parts.corpus);
            recorder.record("checkpoint", progress.step(), Map.of("path", path.toString()));
        });
        if (context.ranks().isFirst()) {
            checkpoints.prune();
        }
        savedStep = progress.step();
        context.ranks().meet(); // who looks for a checkpoint now finds none half removed
    }

    /** Does something with the parameters that the optimizer would have the model evaluated with. */
    void published(Runnable work) {
        parts.step.apply(UpdateKinds.PUBLISH);
        try {
            work.run();
        } finally {
            parts.step.apply(UpdateKinds.RETURN);
        }
    }

    private void saveUnlessSaved() {
        if (savedStep != progress.step()) {
            save();
        }
    }

    private Outcome stop(Outcome outcome, String reason) {
        saveUnlessSaved();
        end(reason);
        return outcome;
    }

    /** Records that nothing more comes. */
    void end(String reason) {
        recorder.record("end", progress.step(), Map.of("reason", reason));
        recorder.force();
    }

    Progress progress() {
        return progress;
    }

    private double seconds() {
        return secondsBefore + (System.nanoTime() - start) / 1e9;
    }
}
