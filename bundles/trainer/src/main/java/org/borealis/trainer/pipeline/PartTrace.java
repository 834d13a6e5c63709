package org.borealis.trainer.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.borealis.device.Compiler;
import org.borealis.device.Stage;
import org.borealis.model.Parameter;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.trainer.step.StepSpread;
import org.borealis.trainer.step.StepTrace;
import org.borealis.trainer.step.TrainState;

/**
 * Traces the programs of one part of a model, as this rank runs them.
 *
 * @param isSplit whether gradients of weights are a piece of their own
 */
record PartTrace(
        Compiler compiler,
        StepTrace trace,
        StepSpread spread,
        PipelineModel model,
        int part,
        boolean isSplit,
        Map<Set<String>, List<Program>> known) {
    static final String SETTLE = "settle";
    static final int FORWARD = 0;
    static final int BACKWARD = 1;
    static final int WEIGHTS = 2;

    PartTrace(Compiler compiler, StepTrace trace, StepSpread spread, PipelineModel model, int part, boolean isSplit) {
        this(compiler, trace, spread, model, part, isSplit, new HashMap<>());
    }

    private Stage stage() {
        return model.parts().get(part);
    }

    private List<String> names() {
        return model.parameters(part).stream().map(TrainState::parameter).toList();
    }

    /** Sums that the part adds gradients to. */
    Set<String> sums() {
        return model.parameters(part).stream().map(spread::sum).collect(Collectors.toSet());
    }

    /** Forward, backward, and, if that is split, weights. What they keep for each other has the same names whatever is added. */
    List<Program> pieces(Set<String> added) {
        return known.computeIfAbsent(Set.copyOf(added), this::traced);
    }

    private List<Program> traced(Set<String> added) {
        var arriving = stage().incoming().stream().map(Stage::gradient).collect(Collectors.toSet());
        var outputs = new ArrayList<Set<String>>();
        outputs.add(Set.copyOf(stage().outgoing()));
        var last = sums();
        if (isSplit) {
            outputs.add(arriving);
        } else {
            last.addAll(arriving);
        }
        outputs.add(last);
        return compiler.cut(split(adding(added)), outputs, Set.copyOf(names()));
    }

    private Program split(Program program) {
        return spread.split(compiler, program, new HashSet<>(model.crossing(part)));
    }

    /** All inputs are there whatever is added, so that values have the same numbers. */
    private Program adding(Set<String> added) {
        var backward = compiler.rematerialise(
                trace.narrow(compiler, compiler.differentiate(stage(), names())),
                stage().outgoing().getLast(),
                trace.rematerialisation());
        var builder = new Program.Builder("part" + part);
        var arguments = new ArrayList<Tensor>();
        backward.inputs().forEach(i -> arguments.add(builder.input(i.name(), i.type())));
        var buffers = new LinkedHashMap<String, Tensor>();
        if (model.isLast(part)) {
            buffers.put(StepTrace.LOSS, builder.input(StepTrace.LOSS, trace.lossType()));
        }
        for (var parameter : model.parameters(part)) {
            buffers.put(spread.sum(parameter), builder.input(spread.sum(parameter), trace.gradientType(parameter)));
        }
        var values = backward.replay(arguments, builder);
        var sums = model.parameters(part).stream()
                .collect(Collectors.toMap(p -> Stage.gradient(TrainState.parameter(p)), spread::sum));
        for (var output : backward.outputs()) {
            var name = sums.getOrDefault(output.name(), output.name());
            boolean isSum = sums.containsKey(output.name());
            var own = values.get(output.value());
            var value = isSum ? own.as(trace.precision().gradients()) : own;
            var buffer = buffers.get(name);
            if (buffer != null && added.contains(name)) {
                builder.replace(name, buffer, buffer.plus(value));
            } else {
                builder.output(name, value);
            }
        }
        return builder.build();
    }

    /** The forward pass, with nothing kept. */
    Program evaluation() {
        var forward = trace.narrow(compiler, stage().program());
        var builder = new Program.Builder(StepTrace.EVALUATE);
        var arguments = new ArrayList<Tensor>();
        forward.inputs().forEach(i -> arguments.add(builder.input(i.name(), i.type())));
        var values = forward.replay(arguments, builder);
        forward.outputs().forEach(o -> builder.output(o.name(), values.get(o.value())));
        return split(builder.build());
    }

    /** Brings together what ranks have added up apart; without operations if there is nothing of that kind. */
    static Program settle(Compiler compiler, StepTrace trace, StepSpread spread, List<Parameter> parameters) {
        var builder = new Program.Builder(SETTLE);
        var apart = parameters.stream()
                .filter(p -> spread.isDeferred() && spread.isApart(p))
                .toList();
        var sums = apart.stream()
                .map(p -> builder.input(spread.sum(p), trace.gradientType(p)))
                .toList();
        for (int i = 0; i < apart.size(); i++) {
            var parameter = apart.get(i);
            if (spread.isAliased(parameter)) {
                builder.replace(StepTrace.gradient(parameter), sums.get(i), sums.get(i));
            } else {
                builder.output(StepTrace.gradient(parameter), sums.get(i));
            }
        }
        return spread.split(compiler, builder.build(), Set.of());
    }
}
