package org.borealis.trainer.step;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.borealis.device.Compiler;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.parallel.Held;
import org.borealis.parallel.Held.Role;
import org.borealis.parallel.Sharding;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/**
 * How the programs of a step are spread over ranks.
 *
 * @param micro batches that each rank has in a step
 * @param isDeferred whether ranks add up their batches apart, and bring together the sums with the last batch
 */
public record StepSpread(Spread spread, ModelFamily family, Precision precision, int micro, boolean isDeferred) {
    private static final String SUM = "sum/";

    /** What a parameter's value, gradient or sum of gradients is. */
    static Held held(Role role, Parameter parameter) {
        return new Held(role, parameter.name(), parameter.shape(), parameter.dims());
    }

    /** What an optimizer remembers of a parameter. */
    static Held held(Parameter parameter, Optimizer.State state) {
        boolean isAlike = state.type().shape().equals(parameter.shape());
        return new Held(
                Role.OPTIMIZER,
                parameter.name() + "/" + state.name(),
                state.type().shape(),
                isAlike ? parameter.dims() : List.of());
    }

    /** Whether sums are deferred follows from where the strategies keep them. */
    public static StepSpread of(Spread spread, ModelFamily family, Precision precision, int micro) {
        boolean isDeferred = micro > 1
                && !spread.isExact()
                && !spread.axes().isEmpty()
                && family.parameters().stream()
                        .anyMatch(p ->
                                !spread.sharding(held(Role.SUM, p)).equals(spread.sharding(held(Role.GRADIENT, p))));
        return new StepSpread(spread, family, precision, micro, isDeferred);
    }

    private Sharding sharding(Role role, Parameter parameter) {
        return spread.sharding(held(role, parameter));
    }

    private TensorType type(Role role, Parameter parameter) {
        return new TensorType(precision.kept(), sharding(role, parameter).local());
    }

    /** Type of what a rank has of something [B, T, ..]. */
    public TensorType batchType(TensorType whole) {
        return whole.in(spread.batch(whole.shape()).local());
    }

    /** Name of what a rank adds its batches up in. */
    public String sum(Parameter parameter) {
        return isDeferred ? SUM + parameter.name() : StepTrace.gradient(parameter);
    }

    /** Whether a parameter's sum and gradient have the same memory. */
    public boolean isAliased(Parameter parameter) {
        return type(Role.SUM, parameter).equals(type(Role.GRADIENT, parameter));
    }

    /** Whether ranks have to bring together what they have summed up of a parameter's gradients. */
    public boolean isApart(Parameter parameter) {
        return !sharding(Role.SUM, parameter).equals(sharding(Role.GRADIENT, parameter));
    }

    /** By alias, the name of the buffer that it means. */
    public Map<String, String> aliases() {
        var aliases = new HashMap<String, String>();
        if (isDeferred) {
            family.parameters().stream()
                    .filter(this::isAliased)
                    .forEach(p -> aliases.put(sum(p), StepTrace.gradient(p)));
        }
        return aliases;
    }

    /** Buffers of gradients, and of sums that need their own. */
    public Map<String, TensorType> gradientTypes() {
        var types = new LinkedHashMap<String, TensorType>();
        for (var parameter : family.parameters()) {
            types.put(StepTrace.gradient(parameter), type(Role.GRADIENT, parameter));
            if (isDeferred && !isAliased(parameter)) {
                types.put(sum(parameter), type(Role.SUM, parameter));
            }
        }
        return types;
    }

    /** The program of one rank. */
    Program split(Compiler compiler, Program program, Optimizer optimizer) {
        return split(compiler, program, optimizer, Set.of());
    }

    /**
     * The program of one rank.
     *
     * @param activations names of inputs and outputs [B, T, ..] that are where tokens are
     */
    public Program split(Compiler compiler, Program program, Optimizer optimizer, Set<String> activations) {
        return spread.axes().isEmpty()
                ? program
                : compiler.partition(program, spread, signature(program, optimizer, activations));
    }

    private Signature signature(Program program, Optimizer optimizer, Set<String> activations) {
        var held = new HashMap<String, Held>();
        var gradients = new HashMap<String, Held>();
        for (var parameter : family.parameters()) {
            held.put(TrainState.parameter(parameter), held(Role.PARAMETER, parameter));
            optimizer
                    .state(parameter, precision.kept())
                    .forEach(s -> held.put(TrainState.memory(parameter, s), held(parameter, s)));
            gradients.put(StepTrace.gradient(parameter), held(Role.GRADIENT, parameter));
            if (isDeferred) {
                held.put(sum(parameter), held(Role.SUM, parameter));
            }
        }
        held.putAll(gradients);
        boolean isNorm = program.name().equals(StepTrace.SQUARED_NORM);
        boolean isEvaluation = program.name().equals(StepTrace.EVALUATE);
        var batches = new HashSet<>(activations);
        batches.addAll(List.of(StepTrace.TOKENS, StepTrace.TARGETS));
        return new Signature(
                held,
                batches,
                isEvaluation || !spread.isExact() ? Set.of(StepTrace.LOSS) : Set.of(),
                isNorm && spread.isExact() ? gradients.keySet() : Set.of(),
                !program.name().equals(StepTrace.UPDATE) && !isNorm);
    }
}
