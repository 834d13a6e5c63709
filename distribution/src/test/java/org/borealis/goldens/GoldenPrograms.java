package org.borealis.goldens;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.optimizer.adam.AdamW;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

/** Programs of a model: its scores, its gradients, a step of training. */
record GoldenPrograms(ModelFamily family, DataType type, TensorType tokens) {
    private static final double NORM_EPSILON = 1e-6; // torch.nn.utils.clip_grad_norm_

    /** What all golden runs train with. */
    private static final AdamW OPTIMIZER = new AdamW(Settings.of(
            AdamW.Config.class,
            Map.of("rate", 3e-3, "betas", new double[] {0.9, 0.95}, "epsilon", 1e-8, "weightDecay", 0.1, "clip", 1.0)));

    static double rate() {
        return OPTIMIZER.rate();
    }

    Program logits() {
        var builder = new Program.Builder("logits");
        var weights = weights(builder);
        var hidden = family.hidden(weights, builder.input("tokens", tokens), Context.causal());
        builder.output("logits", family.logits(weights, hidden));
        return builder.build();
    }

    /** Outputs {@code loss} and {@code gradient.NAME} of every parameter. */
    Program gradients() {
        return new ProgramCompiler().differentiate(loss(), "loss", names());
    }

    /** As {@link #gradients}, computed in a narrower type and with gradients of the loss times {@code scale}. */
    Program gradients(DataType compute, double scale) {
        var compiler = new ProgramCompiler();
        var loss = compiler.precision(loss(), compute);
        var builder = new Program.Builder("gradients");
        var arguments = new ArrayList<Tensor>();
        loss.inputs().forEach(input -> arguments.add(builder.input(input.name(), input.type())));
        var value = loss.replay(arguments, builder).get(loss.output("loss").value());
        builder.output("loss", value);
        builder.output("scaled", value.times(scale));
        return compiler.differentiate(builder.build(), "scaled", names());
    }

    private Program loss() {
        var builder = new Program.Builder("gradients");
        var weights = weights(builder);
        var loss = family.loss(weights, builder.input("tokens", tokens), builder.input("targets", tokens));
        builder.output("loss", loss);
        return builder.build();
    }

    private List<String> names() {
        return family.parameters().stream().map(Parameter::name).toList();
    }

    /** Outputs {@code loss} and {@code norm} before the step; parameters and moments are replaced. */
    Program training() {
        var gradients = gradients();
        var builder = new Program.Builder("training");
        var arguments = new ArrayList<Tensor>();
        gradients.inputs().forEach(input -> arguments.add(builder.input(input.name(), input.type())));
        var state = new LinkedHashMap<Parameter, List<Tensor>>();
        for (var parameter : family.parameters()) {
            state.put(
                    parameter,
                    OPTIMIZER.state(parameter, type).stream()
                            .map(s -> builder.input(parameter.name() + "/" + s.name(), s.type()))
                            .toList());
        }
        var scalar = TensorType.of(DataType.FLOAT64);
        var step = new Optimizer.Step(builder.input("number", scalar), builder.input("rate", scalar));
        var values = gradients.replay(arguments, builder);
        builder.output("loss", values.get(gradients.output("loss").value()));
        var flows = family.parameters().stream()
                .map(p -> values.get(gradients.output("gradient." + p.name()).value()))
                .toList();
        var norm = flows.stream()
                .map(g -> g.times(g).sum())
                .reduce(Tensor::plus)
                .orElseThrow()
                .sqrt();
        builder.output("norm", norm);
        var share = norm.plus(NORM_EPSILON).reciprocal().times(OPTIMIZER.clip());
        var scale = share.minimum(share.scalar(1));
        for (int i = 0; i < flows.size(); i++) {
            var parameter = family.parameters().get(i);
            update(builder, parameter, arguments.get(i), flows.get(i).times(scale), state.get(parameter), step);
        }
        return builder.build();
    }

    private static void update(
            Program.Builder builder,
            Parameter parameter,
            Tensor value,
            Tensor gradient,
            List<Tensor> state,
            Optimizer.Step step) {
        var updated = OPTIMIZER.update(parameter, value, gradient, state, step);
        builder.replace("new/" + parameter.name(), value, updated.value());
        for (int i = 0; i < state.size(); i++) {
            builder.replace(
                    "new/" + parameter.name() + "/" + i,
                    state.get(i),
                    updated.state().get(i));
        }
    }

    private Weights weights(Program.Builder builder) {
        var values = new LinkedHashMap<Parameter, Tensor>();
        for (var parameter : family.parameters()) {
            values.put(parameter, builder.input(parameter.name(), new TensorType(type, parameter.shape())));
        }
        return values::get;
    }
}
