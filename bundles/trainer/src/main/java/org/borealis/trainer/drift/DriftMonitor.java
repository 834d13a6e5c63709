package org.borealis.trainer.drift;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.device.Slot;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/**
 * Makes chosen steps of a run a second time, on another device, and compares: loss and gradients from the same parameters, then the
 * update from the same gradients.
 *
 * <p>The drift of a tensor is the length of the difference as a share of its own length. Where a gradient is shorter than
 * a thousandth of all gradients together, its difference counts against that: a gradient that is zero but for rounding, as
 * that of a key's bias, has no digits that could agree.
 */
public final class DriftMonitor implements AutoCloseable {
    private static final double LEAST_SHARE = 1e-3;

    /** A run's device, state and step. */
    public record Side(String name, Device device, TrainState state, TrainStep step) {}

    private final Side main;
    private final Side other;
    private final double bound;
    private final Map<String, Double> drifts = new LinkedHashMap<>();
    /** What the update overwrites, as it was before: to find the operation that went wrong. */
    private final Map<String, Slot> before = new LinkedHashMap<>();

    /**
     * @param main what the run works with
     * @param other the same on another device; its state is overwritten, and both are closed with this monitor
     * @param bound the greatest drift that the run goes on with
     */
    public DriftMonitor(Side main, Side other, double bound) {
        this.main = main;
        this.other = other;
        this.bound = bound;
    }

    /** The bound where a recipe gives none: what kernels that are right stay well under, and wrong ones don't. */
    public static double bound(DataType computed) {
        return switch (computed) {
            case FLOAT64 -> 1e-8;
            case FLOAT16 -> 2e-2;
            case BFLOAT16 -> 1e-1;
            case FLOAT32, INT64, INT32, UINT8, BOOL -> 1e-3;
        };
    }

    /**
     * Compares loss and gradients, which the run's device has just computed and not used yet.
     *
     * @param lossScale what the gradients are multiplied with
     * @throws BorealisException {@code drift} beyond the bound; the message names the tensor and the first operation that differs
     */
    public void compareGradients(List<TokenBatch> batches, double lossScale) {
        drifts.clear();
        copy(main.state().slots(), other.state().slots());
        keep(main.state().slots());
        other.step().begin(lossScale, batches.size());
        batches.forEach(other.step()::accumulate);
        double loss = main.step().loss();
        double wanted = other.step().loss();
        drifts.put("loss", loss == wanted ? 0 : Math.abs(loss - wanted) / Math.abs(wanted));
        var gradients = main.step().gradients();
        var deviations = new LinkedHashMap<String, Deviation>();
        gradients.forEach((name, slot) -> deviations.put(
                name,
                Deviation.between(
                        main.device(), slot, other.device(), slot(other.step().gradients(), name))));
        double all = Math.sqrt(deviations.values().stream()
                .mapToDouble(d -> d.length() * d.length())
                .sum());
        deviations.forEach((name, deviation) -> drifts.put(name, deviation.relative(LEAST_SHARE * all)));
        main.step()
                .scores()
                .forEach((name, slot) -> drifts.put(
                        name,
                        Deviation.between(
                                        main.device(),
                                        slot,
                                        other.device(),
                                        slot(other.step().scores(), name))
                                .relative(Double.MIN_NORMAL)));
        requireWithinBound(main.step().gradientProgram(), main.step().gradientProgram()::slot);
        copy(gradients, other.step().gradients());
        copy(main.step().scores(), other.step().scores());
        keep(gradients);
    }

    /** Makes the update that the run's device has just made, from the same gradients, and compares what came of it. */
    public void compareUpdate(Optimizer.Pace pace, double scale, Map<String, Double> numbers) {
        other.step().update(pace, scale, numbers);
        main.state()
                .slots()
                .forEach((name, slot) -> drifts.put(
                        name,
                        Deviation.between(
                                        main.device(),
                                        slot,
                                        other.device(),
                                        slot(other.state().slots(), name))
                                .relative(Double.MIN_NORMAL)));
        var program = main.step().updateProgram(pace.number());
        requireWithinBound(program, name -> before.containsKey(name) ? before.get(name) : program.slot(name));
        forget();
    }

    /** How far each tensor is off, in the step compared last: the loss, gradients, parameters, optimizer state. */
    public Map<String, Double> drifts() {
        return Map.copyOf(drifts);
    }

    /** The tensor that drifts most, and how far. */
    public Map.Entry<String, Double> worst() {
        return drifts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    }

    /** @param inputs of the program, as they were when it ran */
    private void requireWithinBound(Executable program, Function<String, Slot> inputs) {
        var worst = worst();
        if (worst.getValue() <= bound) {
            return;
        }
        throw new BorealisException(
                "drift",
                "drift: " + worst.getKey() + " on " + main.name() + " differs from " + other.name() + " by "
                        + worst.getValue()
                        + " of its length, where check.bound allows " + bound + ". " + cause(program, inputs)
                        + " One of the two backends is wrong: run borealis conformance on both");
    }

    private String cause(Executable executable, Function<String, Slot> inputs) {
        return new FirstDifference(executable.program(), main.device(), other.device(), bound)
                .find(inputs)
                .map(found ->
                        "The first operation that differs is " + found.operation() + ": by " + found.drift() + ".")
                .orElse("No single operation differs by that much; it adds up.");
    }

    private void keep(Map<String, Slot> slots) {
        var transfer = new Transfer(main.device(), main.device());
        slots.forEach((name, slot) -> {
            var kept = before.computeIfAbsent(name, key -> Slot.allocate(main.device(), slot.type()));
            transfer.copy(slot, kept);
        });
    }

    private void forget() {
        before.values().forEach(slot -> slot.buffer().close());
        before.clear();
    }

    private static Slot slot(Map<String, Slot> slots, String name) {
        return Objects.requireNonNull(slots.get(name), name);
    }

    private void copy(Map<String, Slot> from, Map<String, Slot> to) {
        var transfer = new Transfer(main.device(), other.device());
        from.forEach((name, slot) -> transfer.copy(slot, slot(to, name)));
    }

    @Override
    public void close() {
        forget();
        other.step().close();
        other.state().close();
        other.device().close();
    }
}
