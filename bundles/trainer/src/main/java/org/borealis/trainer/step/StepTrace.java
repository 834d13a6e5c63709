package org.borealis.trainer.step;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.borealis.device.Compiler;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/**
 * Traces the programs that a run is made of.
 *
 * @param fewest batches that a step has on each rank, where it is not always {@link StepSpread#micro}
 * @param isRamped whether weight decay changes over the run
 * @param isOffloaded whether what the optimizer remembers is elsewhere between updates
 */
public record StepTrace(
        ModelFamily family,
        Precision precision,
        int rows,
        int sequence,
        Rematerialisation rematerialisation,
        StepSpread spread,
        int fewest,
        boolean isRamped,
        boolean isOffloaded) {
    static final String FIRST = "first";
    static final String ACCUMULATE = "accumulate";
    static final String LAST = "last";
    static final String ONLY = "only";
    public static final String UPDATE = "update";
    public static final String EVALUATE = "evaluate";
    public static final String TOKENS = "tokens";
    public static final String TARGETS = "targets";
    public static final String LOSS = "loss";
    static final String SUMS = "sums";
    static final String SCORES = "scores";
    static final String DRAWN = "drawn";
    static final String MORE_DRAWN = "moreDrawn";
    static final String DRAW = "draw";
    static final String RAMP = "ramp";
    static final String LOSS_SCALE = "lossScale";
    private static final String SCALED_LOSS = "scaledLoss";
    public static final String SQUARED_NORM = "squaredNorm";
    static final String BATCH_SQUARED_NORM = "batchSquaredNorm";
    public static final String SCALE = "scale";
    public static final String NUMBER = "number";
    public static final String RATE = "rate";
    public static final TensorType NUMBER_TYPE = new TensorType(DataType.FLOAT64, Shape.SCALAR);

    private static final String GRADIENT = "gradient/";

    /** Name of the sum of a parameter's gradients. */
    public static String gradient(Parameter parameter) {
        return GRADIENT + parameter.name();
    }

    /** Whether a program updates parameters, of whatever kind the update is. */
    public static boolean isUpdate(Program program) {
        return program.name().equals(UPDATE) || program.name().startsWith(UPDATE + ".");
    }

    /** Whether a program is one of {@link #optimizer(List)}. */
    public static boolean isOptimizer(Program program) {
        return isUpdate(program) || program.name().equals(SUMS);
    }

    /** Whether {@link #gradient} gave this name. */
    public static boolean isGradient(String name) {
        return name.startsWith(GRADIENT);
    }

    /** Of tokens and targets, as whole tensors. */
    public TensorType tokenType() {
        return tokenType(rows, sequence);
    }

    static TensorType tokenType(int rows, int sequence) {
        return TensorType.of(DataType.INT32, rows, sequence);
    }

    /** Of a parameter's gradient, as a whole tensor. */
    public TensorType gradientType(Parameter parameter) {
        return new TensorType(precision.gradients(), parameter.shape());
    }

    /** Of the loss. */
    public TensorType lossType() {
        return new TensorType(precision.wide(), Shape.SCALAR);
    }

    /** What goes into the programs and comes out of them beside the state of the run, by name. */
    Map<String, TensorType> buffers() {
        var types = new LinkedHashMap<String, TensorType>();
        types.put(TOKENS, spread.batchType(tokenType()));
        types.put(TARGETS, spread.batchType(tokenType()));
        types.put(LOSS, lossType());
        if (precision.scalesLoss()) {
            types.put(LOSS_SCALE, lossType());
        }
        types.put(SQUARED_NORM, NUMBER_TYPE);
        if (spread.measuresNoise()) {
            types.put(BATCH_SQUARED_NORM, NUMBER_TYPE);
        }
        limit().ifPresent(limit -> types.put(SCORES, limit.type(precision.wide())));
        if (optimizer().observesEvery() > 0) {
            types.put(DRAW, NUMBER_TYPE);
        }
        types.putAll(optimizerScalars());
        types.putAll(gradients());
        return types;
    }

    /** Of these, gradients and their sums. */
    Map<String, TensorType> gradients() {
        var types = spread.gradientTypes();
        types.keySet().removeAll(spread.within().keySet());
        return types;
    }

    /** All programs of a run, as this rank runs them. */
    List<Program> programs(Compiler compiler) {
        var programs = new ArrayList<>(List.of(first(compiler), norm(), narrow(compiler, loss(compiler, EVALUATE))));
        programs.addAll(optimizer(family.parameters(), family.parameters()));
        if (optimizer().observesEvery() > 0) {
            programs.add(drawn(compiler, DRAWN, false));
            if (spread.micro() > 1) {
                programs.add(drawn(compiler, MORE_DRAWN, true));
            }
        }
        if (spread.isDeferred() && fewest == 1) {
            programs.add(only(compiler));
        }
        int accumulated = spread.micro() - 1;
        if (accumulated > 0 && spread.isDeferred()) {
            programs.add(last(compiler));
            accumulated--;
        }
        if (accumulated > 0) {
            programs.add(accumulate(compiler));
        }
        return programs.stream().map(program -> spread.split(compiler, program)).toList();
    }

    /** Inputs that the next step writes anew: a program that updates may write the scaled gradients over them. */
    public static Set<String> spent(Program program) {
        return isUpdate(program)
                ? program.inputs().stream()
                        .map(Program.Input::name)
                        .filter(StepTrace::isGradient)
                        .collect(Collectors.toSet())
                : Set.of();
    }

    /** The mean loss of a batch. */
    private Program loss(Compiler compiler, String name) {
        return loss(compiler, family, precision, tokenType(), name);
    }

    /** The mean loss of a batch, and the greatest scores if they are limited. */
    private Program scored(Compiler compiler, String name) {
        var loss = loss(compiler, name);
        return limit().map(limit -> limit.in(loss)).orElse(loss);
    }

    /** With parameters as they are kept, of a program that was traced with wide ones. */
    public Program narrow(Compiler compiler, Program program) {
        var names = family.parameters().stream().map(TrainState::parameter).collect(Collectors.toSet());
        return compiler.narrow(program, names, precision.kept());
    }

    /** The mean loss of a batch of tokens and targets of this type, on one rank, with wide parameters. */
    static Program loss(Compiler compiler, ModelFamily family, Precision precision, TensorType batch, String name) {
        var builder = new Program.Builder(name);
        var weights = new TracedWeights(builder, family.parameters(), precision.wide());
        var tokens = builder.input(TOKENS, batch);
        var targets = builder.input(TARGETS, batch);
        builder.output(LOSS, family.loss(weights, tokens, targets));
        return compiler.precision(builder.build(), precision.compute());
    }

    /** Loss and gradients; these are multiples of what they are of the loss, by the input {@link #LOSS_SCALE}. */
    private Program backward(Compiler compiler, Program loss) {
        var names = family.parameters().stream().map(TrainState::parameter).toList();
        if (!precision.scalesLoss()) {
            return compiler.differentiate(loss, LOSS, names);
        }
        var builder = new Program.Builder(loss.name());
        var arguments = new ArrayList<Tensor>();
        loss.inputs().forEach(i -> arguments.add(builder.input(i.name(), i.type())));
        var scale = builder.input(LOSS_SCALE, lossType());
        var values = loss.replay(arguments, builder);
        loss.outputs().forEach(o -> builder.output(o.name(), values.get(o.value())));
        builder.output(SCALED_LOSS, values.get(loss.output(LOSS).value()).times(scale));
        return compiler.differentiate(builder.build(), SCALED_LOSS, names);
    }

    /** Loss and gradient of a step's first batch, written over whatever the buffers held: no pass to clear them. */
    Program first(Compiler compiler) {
        return gradients(compiler, scored(compiler, FIRST), spread::sum, spread::sum, false);
    }

    /** As {@link #first}, of a step that has no other batch on any rank. */
    private Program only(Compiler compiler) {
        return gradients(compiler, scored(compiler, ONLY), StepTrace::gradient, StepTrace::gradient, false);
    }

    /** Loss and gradient of a batch whose targets are drawn from the model's predictions. */
    private Program drawn(Compiler compiler, String name, boolean adds) {
        var builder = new Program.Builder(name);
        var weights = new TracedWeights(builder, family.parameters(), precision.wide());
        var tokens = builder.input(TOKENS, tokenType());
        var draw = builder.input(DRAW, NUMBER_TYPE);
        builder.output(LOSS, DrawnLabels.loss(family, weights, tokens, draw));
        var loss = compiler.precision(builder.build(), precision.compute());
        return gradients(compiler, loss, StepTrace::gradient, StepTrace::gradient, adds);
    }

    /** Loss and gradient of a further batch, added to the buffers. */
    Program accumulate(Compiler compiler) {
        return gradients(compiler, scored(compiler, ACCUMULATE), spread::sum, spread::sum, true);
    }

    /** As {@link #accumulate}; what the ranks have added up apart comes together. */
    private Program last(Compiler compiler) {
        return gradients(compiler, scored(compiler, LAST), spread::sum, StepTrace::gradient, true);
    }

    private Program gradients(
            Compiler compiler,
            Program loss,
            Function<Parameter, String> from,
            Function<Parameter, String> to,
            boolean adds) {
        var backward = compiler.rematerialise(narrow(compiler, backward(compiler, loss)), LOSS, rematerialisation);
        var scores =
                loss.outputs().stream().filter(o -> o.name().equals(SCORES)).findFirst();
        var builder = new Program.Builder(loss.name());
        var arguments = new ArrayList<Tensor>();
        backward.inputs().forEach(i -> arguments.add(builder.input(i.name(), i.type())));
        var buffers = new LinkedHashMap<String, Tensor>();
        if (adds) {
            buffers.put(LOSS, builder.input(LOSS, lossType()));
            scores.ifPresent(output -> buffers.put(SCORES, builder.input(SCORES, loss.type(output.value()))));
            family.parameters().forEach(p -> buffers.put(to.apply(p), builder.input(from.apply(p), gradientType(p))));
        }
        var values = backward.replay(arguments, builder);
        hand(builder, buffers, LOSS, values.get(backward.output(LOSS).value()), Tensor::plus, true);
        scores.map(output -> values.get(backward.output(output.name()).value()))
                .ifPresent(greatest -> hand(builder, buffers, SCORES, greatest, Tensor::maximum, true));
        var own = new ArrayList<Tensor>();
        for (var parameter : family.parameters()) {
            var output = backward.output("gradient." + TrainState.parameter(parameter));
            boolean isReplaced = to.apply(parameter).equals(from.apply(parameter)) || spread.isAliased(parameter);
            var gradient = values.get(output.value()).as(precision.gradients());
            hand(builder, buffers, to.apply(parameter), gradient, Tensor::plus, isReplaced);
            own.add(gradient);
        }
        if (spread.measuresNoise() && (loss.name().equals(FIRST) || loss.name().equals(ONLY))) {
            builder.output(BATCH_SQUARED_NORM, squares(own));
        }
        return builder.build();
    }

    private static void hand(
            Program.Builder builder,
            Map<String, Tensor> buffers,
            String name,
            Tensor value,
            BinaryOperator<Tensor> joins,
            boolean replaces) {
        var buffer = Optional.ofNullable(buffers.get(name));
        var joined = buffer.map(b -> joins.apply(b, value)).orElse(value);
        if (buffer.isPresent() && replaces) {
            builder.replace(name, buffer.get(), joined);
        } else {
            builder.output(name, joined);
        }
    }

    /** Sum of the squares of all gradients, in float64 from parameter to parameter. */
    Program norm() {
        return norm(family.parameters());
    }

    /** As {@link #norm()}, of some of the parameters. */
    public Program norm(List<Parameter> parameters) {
        var builder = new Program.Builder(SQUARED_NORM);
        var gradients = parameters.stream()
                .map(p -> builder.input(gradient(p), gradientType(p)))
                .toList();
        builder.output(SQUARED_NORM, squares(gradients));
        return builder.build();
    }

    private Tensor squares(List<Tensor> gradients) {
        return gradients.stream()
                .map(g -> g.as(precision.wide()))
                .map(g -> g.times(g).sum().as(DataType.FLOAT64))
                .reduce(Tensor::plus)
                .orElseThrow();
    }

    private Optimizer optimizer() {
        return spread.holdings().optimizer();
    }

    private Optional<ScoreLimit> limit() {
        return ScoreLimit.of(family, optimizer());
    }

    private UpdateTrace updates() {
        return new UpdateTrace(optimizer(), precision, limit(), isRamped, isOffloaded);
    }

    /** What the programs of the optimizer read and write beside parameters, gradients and memory. */
    public Map<String, TensorType> optimizerScalars() {
        var types = updates().scalars();
        optimizerSums().forEach(name -> types.put(UpdateTrace.total(name), NUMBER_TYPE));
        return types;
    }

    /** Names of the optimizer's sums over all parameters. */
    public Set<String> optimizerSums() {
        return updates().sums(family.parameters()).stream()
                .flatMap(program -> program.outputs().stream())
                .map(output -> UpdateTrace.sum(output.name()))
                .collect(Collectors.toSet());
    }

    /**
     * Updates of every kind, and what they need to know of all parameters together.
     *
     * @param counted the parameters that no other rank counts, too
     */
    public List<Program> optimizer(List<Parameter> parameters, List<Parameter> counted) {
        var updates = updates();
        var programs = new ArrayList<Program>();
        for (var kind : optimizer().kinds()) {
            programs.addAll(updates.updates(kind, parameters));
        }
        programs.addAll(updates.sums(counted));
        return programs;
    }
}
