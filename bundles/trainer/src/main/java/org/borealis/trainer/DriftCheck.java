package org.borealis.trainer;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.borealis.train.Optimizer;
import org.borealis.trainer.drift.DriftMonitor;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.Step;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/** The recipe's section {@code check}: which steps a second backend makes too, and what is said of them. */
final class DriftCheck implements AutoCloseable {
    private static final int WORST = 10;

    private final RunContext context;
    private final Choice<Backend> choice;
    private final DriftMonitor monitor;

    private DriftCheck(RunContext context, Choice<Backend> choice, DriftMonitor monitor) {
        this.context = context;
        this.choice = choice;
        this.monitor = monitor;
    }

    /** Opens the second backend, if the recipe asks for one. */
    static Optional<DriftCheck> of(
            RunContext context, RunPlugins plugins, Device device, TrainState state, Step step, StepPlan plan) {
        var settings = context.settings();
        if (settings.check_against().isEmpty()) {
            return Optional.empty();
        }
        if (context.ranks().areMany()) {
            throw new BorealisException(
                    "check-ranks",
                    "check.against: steps are checked on one rank, and the mesh '"
                            + context.ranks().mesh() + "' has more; leave out check or mesh");
        }
        if (plan.offload().isElsewhere()) {
            throw new BorealisException(
                    "check-offload",
                    "check.against: steps are checked with what the optimizer remembers on the device, and offload is '"
                            + plan.offload().place().orElseThrow() + "'; leave out check or offload");
        }
        var section = new Section(settings.check_against(), Map.of());
        var choice = context.engine().plugins().open(Contract.BACKEND, section, Duration.ZERO);
        try {
            var main = new DriftMonitor.Side(
                    plugins.recipe().section(Contract.BACKEND).name(),
                    context.engine().compiler().complete(device), // it runs operations one by one
                    state,
                    (TrainStep) step);
            var other = open(context, plugins, choice.service(), plan);
            double bound = settings.check_bound() > 0
                    ? settings.check_bound()
                    : DriftMonitor.bound(Precision.of(settings).compute());
            return Optional.of(new DriftCheck(context, choice, new DriftMonitor(main, other, bound)));
        } catch (RuntimeException e) {
            choice.close();
            throw e;
        }
    }

    private static DriftMonitor.Side open(RunContext context, RunPlugins plugins, Backend backend, StepPlan plan) {
        var name = context.settings().check_against();
        var compiler = context.engine().compiler();
        var device = compiler.complete(backend.open());
        try {
            plan.precision().requireOn(device, name);
            var state = new TrainState(
                    device, plan.precision().kept(), plugins.model().parameters(), plugins.optimizer());
            var step = new TrainStep(compiler, device, plugins.model(), plugins.optimizer(), state, plan);
            return new DriftMonitor.Side(name, device, state, step);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** Whether a step, counted from 1, is to be checked. */
    boolean isDue(long step) {
        return step == 1 || step % context.settings().check_every() == 0;
    }

    void gradients(List<TokenBatch> batches, double lossScale) {
        monitor.compareGradients(batches, lossScale);
    }

    void update(Optimizer.Pace pace, double scale, Map<String, Double> numbers) {
        monitor.compareUpdate(pace, scale, numbers);
    }

    /** The worst tensors of the last check, for the file of events. */
    Map<String, Object> event() {
        var worst = new LinkedHashMap<String, Object>();
        monitor.drifts().entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(WORST)
                .forEach(entry -> worst.put(entry.getKey(), entry.getValue()));
        return Map.of("against", context.settings().check_against(), "worst", worst);
    }

    /** The last check in a line. */
    String line(long step) {
        return String.format(
                Locale.ROOT,
                "step %d  drift against %s at most %.1e, in %s",
                step,
                context.settings().check_against(),
                monitor.worst().getValue(),
                monitor.worst().getKey());
    }

    @Override
    public void close() {
        try (choice) {
            monitor.close();
        }
    }
}
