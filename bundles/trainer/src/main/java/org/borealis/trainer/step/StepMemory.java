package org.borealis.trainer.step;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.borealis.device.Compiler;
import org.borealis.device.Compiler.Draft;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/**
 * Bytes that a run takes of its device, by what they are for; known before any are taken.
 *
 * @param activations results of the forward pass that wait for the backward pass, when most memory is in use
 * @param workspace all other intermediate values, at that moment
 * @param other batches, numbers and constants
 */
public record StepMemory(
        long parameters, long gradients, long optimizer, long activations, long workspace, long other) {

    /** Plans what {@link TrainState} and {@link TrainStep} would take. */
    public static StepMemory plan(
            Compiler compiler, Device device, ModelFamily family, Optimizer optimizer, TrainStep.Plan plan) {
        var trace = plan.trace(family, optimizer);
        var state = TrainState.types(
                plan.precision().kept(), family.parameters(), trace.spread().holdings(), plan.ranks());
        var buffers = trace.buffers();
        var bound = new HashSet<>(state.keySet());
        bound.addAll(buffers.keySet());
        bound.addAll(trace.spread().aliases().keySet());
        var drafts = trace.programs(compiler).stream()
                .map(program -> new Draft(program, bound, StepTrace.spent(program)))
                .toList();
        var footprint =
                compiler.plan(device, drafts, StepTrace.LOSS, plan.ranks().team());
        long parameters = family.parameters().stream()
                .map(p -> Optional.ofNullable(state.get(TrainState.parameter(p))))
                .flatMap(Optional::stream)
                .mapToLong(TensorType::bytes)
                .sum();
        long gradients = bytes(trace.spread().gradientTypes());
        return new StepMemory(
                parameters,
                gradients,
                bytes(state) - parameters,
                footprint.activations(),
                footprint.workspace(),
                footprint.other() + bytes(buffers) - gradients);
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
