package org.borealis.trainer.step;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.device.Compiler;
import org.borealis.device.Compiler.Draft;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/**
 * Bytes that a run takes of its device, by what they are for; known before any are taken.
 *
 * @param optimizer what it remembers; of what is offloaded only what is on the device at once, unless the device's memory is the host's
 * @param activations results of the forward pass that wait for the backward pass, when most memory is in use
 * @param workspace all other intermediate values, at that moment
 * @param other batches, numbers and constants
 */
public record StepMemory(
        long parameters,
        long gradients,
        long optimizer,
        long activations,
        long workspace,
        long other,
        Optional<Elsewhere> elsewhere) {

    /**
     * What the optimizer remembers beside what the device has of it.
     *
     * @param place such as {@code disk}
     */
    public record Elsewhere(String place, long bytes) {}

    /** Plans what {@link TrainState} and {@link TrainStep} would take. */
    public static StepMemory plan(
            Compiler compiler, Device device, ModelFamily family, Optimizer optimizer, StepPlan plan) {
        var trace = plan.trace(family, optimizer);
        var state = TrainState.types(
                plan.precision().kept(), family.parameters(), trace.spread().holdings(), plan.ranks());
        var buffers = trace.buffers();
        var bound = new HashSet<>(state.keySet());
        bound.addAll(buffers.keySet());
        bound.addAll(trace.spread().aliases().keySet());
        bound.addAll(trace.spread().within().keySet());
        var programs = trace.programs(compiler);
        var drafts = programs.stream()
                .map(program -> new Draft(program, bound, StepTrace.spent(program)))
                .toList();
        var footprint =
                compiler.plan(device, drafts, StepTrace.LOSS, plan.ranks().team());
        long gradients = bytes(trace.gradients());
        return of(
                device,
                plan.offload(),
                state,
                programs.stream().filter(StepTrace::isOptimizer).toList(),
                gradients,
                footprint.activations(),
                footprint.workspace(),
                footprint.other() + bytes(buffers) - gradients);
    }

    /**
     * With what is known of the state of a run.
     *
     * @param state all that the rank keeps, wherever that is
     * @param updates programs that need what the optimizer remembers on the device
     */
    public static StepMemory of(
            Device device,
            Offload offload,
            Map<String, TensorType> state,
            List<Program> updates,
            long gradients,
            long activations,
            long workspace,
            long other) {
        var memories = TrainState.memories(state);
        long optimizer = switch (offload) {
            case Offload.None _ -> bytes(memories);
            case Offload.Host _ -> Staging.bytes(memories, updates) + (device.isOnHost() ? bytes(memories) : 0);
            case Offload.Disk _ -> Staging.bytes(memories, updates);
        };
        return new StepMemory(
                bytes(state) - bytes(memories),
                gradients,
                optimizer,
                activations,
                workspace,
                other,
                offload.place().map(place -> new Elsewhere(place, bytes(memories))));
    }

    private static long bytes(Map<String, TensorType> types) {
        return types.values().stream().mapToLong(TensorType::bytes).sum();
    }

    /** What no setting of batch, sequence or rematerialisation changes. */
    public long fixed() {
        return parameters + gradients + optimizer;
    }

    /** All of it. */
    public long total() {
        return fixed() + activations + workspace + other;
    }

    /** Each by its name. */
    public Map<String, Long> byName() {
        var bytes = new LinkedHashMap<String, Long>();
        bytes.put("parameters", parameters);
        bytes.put("gradients", gradients);
        bytes.put("optimizer", optimizer);
        bytes.put("activations", activations);
        bytes.put("workspace", workspace);
        bytes.put("other", other);
        return bytes;
    }
}
