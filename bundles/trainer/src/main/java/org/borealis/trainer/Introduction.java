package org.borealis.trainer;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.borealis.device.Device;
import org.borealis.trainer.progress.StepLine;
import org.borealis.trainer.run.Host;
import org.borealis.trainer.step.StepMemory;

/**
 * What a run is made of, told before its first step.
 *
 * @param memory that it takes on the device
 * @param peak of the device in matrix products, in floating-point operations a second, if known
 */
record Introduction(RunContext context, Device device, Stretch.Parts parts, StepMemory memory, OptionalDouble peak) {

    /** To whoever looks on. */
    void show() {
        var display = context.display();
        var model = parts.plugins().model();
        var split = parts.split();
        display.line("run '" + context.settings().name() + "' in "
                + context.folder().path() + ", on " + device.description()
                + (peak.isPresent() ? ", matrix products at " + StepLine.count(peak.getAsDouble()) + "FLOP/s" : ""));
        if (peak.isEmpty()) {
            display.line(
                    "peak unknown: the run leaves no memory to measure matrix products in, so steps are shown without MFU");
        }
        if (context.ranks().areMany()) {
            display.line("mesh " + context.ranks().mesh() + ": "
                    + context.ranks().mesh().size() + " ranks, "
                    + context.ranks().batches() + " with batches of their own");
        }
        display.line("model of "
                + StepLine.count(model.parameters().stream()
                        .mapToLong(p -> p.shape().elements())
                        .sum())
                + " parameters; " + StepLine.count(split.training().to()) + " tokens to train on, "
                + StepLine.count(split.heldOut().to() - split.heldOut().from()) + " held out, "
                + StepLine.count((double) context.settings().batch_sequences() * model.sequence()) + " in a step");
        display.line(memoryOf()
                + memory.byName().entrySet().stream()
                        .map(entry -> entry.getKey() + " " + StepLine.memory(entry.getValue()))
                        .collect(Collectors.joining(", "))
                + memory.elsewhere()
                        .map(each -> "; on " + each.place() + " " + StepLine.memory(each.bytes()))
                        .orElse(""));
    }

    private String memoryOf() {
        if (context.ranks().pipeline().isPresent()) {
            return "memory of this rank's stage: ";
        }
        return context.ranks().areMany() ? "memory of each rank: " : "memory: ";
    }

    /** For the file of events. */
    Map<String, Object> lineage() {
        var values = new LinkedHashMap<String, Object>();
        values.put("run", context.settings().name());
        values.put("time", Instant.now().toString());
        values.put("host", Host.name());
        values.put("java", Runtime.version().toString());
        values.put("device", device.description());
        if (context.ranks().areMany()) {
            values.put("mesh", context.ranks().mesh().toString());
        }
        peak.ifPresent(flops -> values.put("peakFlops", flops));
        values.put("plugins", parts.plugins().origins());
        values.put("corpus", parts.corpus().digest());
        values.put("memory", memory.byName());
        return values;
    }
}
