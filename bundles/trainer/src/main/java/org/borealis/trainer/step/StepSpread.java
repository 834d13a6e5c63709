package org.borealis.trainer.step;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.borealis.device.Compiler;
import org.borealis.model.Parameter;
import org.borealis.parallel.Held;
import org.borealis.parallel.Held.Role;
import org.borealis.parallel.Sharding;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.trainer.ranks.Ranks;

/**
 * How the programs of a step are spread over ranks.
 *
 * @param rank this one's number in the mesh
 * @param micro batches that each rank has in a step
 * @param isDeferred whether ranks add up their batches apart, and bring together the sums with the last batch
 */
public record StepSpread(
        Spread spread, int rank, Holdings holdings, Precision precision, int micro, boolean isDeferred) {
    private static final String SUM = "sum/";

    /** Whether sums are deferred follows from where the strategies keep them. */
    public static StepSpread of(Ranks ranks, Holdings holdings, Precision precision, int micro) {
        var spread = ranks.spread();
        boolean isDeferred = micro > 1
                && !spread.isExact()
                && !spread.axes().isEmpty()
                && holdings.parameters().stream()
                        .anyMatch(p -> !spread.sharding(holdings.held(Role.SUM, p))
                                .equals(spread.sharding(holdings.held(Role.GRADIENT, p))));
        return new StepSpread(spread, ranks.team().rank(), holdings, precision, micro, isDeferred);
    }

    /**
     * Whether the gradient of a step's first batch on each rank can be measured beside that of the whole step: if there is more than one
     * batch, and no gradient has to be brought together for it that would not be otherwise.
     */
    public boolean measuresNoise() {
        boolean isWholeByBatch = !isDeferred
                || spread.axes().stream().allMatch(spread.batchAxes()::contains)
                || holdings.parameters().stream().noneMatch(this::isApartWithinBatch);
        return micro * spread.batches() > 1 && isWholeByBatch;
    }

    /** Whether ranks that share a batch add up its gradient apart. */
    private boolean isApartWithinBatch(Parameter parameter) {
        var batches = spread.batchAxes();
        var sums = sharding(Role.SUM, parameter).cuts();
        var gradients = sharding(Role.GRADIENT, parameter).cuts();
        return IntStream.range(0, sums.size())
                .anyMatch(i ->
                        !batches.contains(sums.get(i).axis()) && !sums.get(i).equals(gradients.get(i)));
    }

    private Sharding sharding(Role role, Parameter parameter) {
        return spread.sharding(holdings.held(role, parameter));
    }

    private TensorType type(Role role, Parameter parameter) {
        return new TensorType(precision.gradients(), sharding(role, parameter).local());
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

    private boolean isHere(Role role, Parameter parameter) {
        return sharding(role, parameter).isHere(spread.mesh(), rank);
    }

    /** Whether this rank has any of a parameter's gradient when it is ready for the update. */
    public boolean hasGradient(Parameter parameter) {
        return isHere(Role.GRADIENT, parameter);
    }

    /** Whether this rank has memory for a parameter's gradient, be it for a sum on its way to another rank. */
    private boolean hasRoom(Parameter parameter) {
        return hasGradient(parameter) || isDeferred && isAliased(parameter) && isHere(Role.SUM, parameter);
    }

    /** By alias, the name of the buffer that it means. */
    public Map<String, String> aliases() {
        var aliases = new HashMap<String, String>();
        if (isDeferred) {
            holdings.parameters().stream()
                    .filter(p -> isAliased(p) && hasRoom(p))
                    .forEach(p -> aliases.put(sum(p), StepTrace.gradient(p)));
        }
        return aliases;
    }

    /**
     * By gradient of which this rank has a part, the name of its sum, at the beginning of whose memory the part has its place: one program
     * reads all sums, brings them together, and writes the parts. A program that hands sums themselves to other ranks may not do that.
     */
    Map<String, String> within() {
        var within = new LinkedHashMap<String, String>();
        if (isDeferred) {
            holdings.parameters().stream()
                    .filter(p -> hasRoom(p) && !isAliased(p) && isHere(Role.SUM, p))
                    .filter(p ->
                            type(Role.GRADIENT, p).bytes() <= type(Role.SUM, p).bytes())
                    .forEach(p -> within.put(StepTrace.gradient(p), sum(p)));
        }
        return within;
    }

    /** This rank's gradients, and sums that need their own memory. */
    public Map<String, TensorType> gradientTypes() {
        var types = new LinkedHashMap<String, TensorType>();
        for (var parameter : holdings.parameters()) {
            if (hasRoom(parameter)) {
                types.put(StepTrace.gradient(parameter), type(Role.GRADIENT, parameter));
            }
            if (isDeferred && !isAliased(parameter) && isHere(Role.SUM, parameter)) {
                types.put(sum(parameter), type(Role.SUM, parameter));
            }
        }
        return types;
    }

    /** The program of one rank. */
    Program split(Compiler compiler, Program program) {
        return split(compiler, program, Set.of());
    }

    /**
     * The program of one rank.
     *
     * @param activations names of inputs and outputs [B, T, ..] that are where tokens are
     */
    public Program split(Compiler compiler, Program program, Set<String> activations) {
        return spread.axes().isEmpty() ? program : compiler.partition(program, spread, signature(program, activations));
    }

    private Signature signature(Program program, Set<String> activations) {
        var held = new HashMap<String, Held>();
        var gradients = new HashMap<String, Held>();
        boolean isUpdate = StepTrace.isOptimizer(program);
        var whole = new HashSet<String>();
        for (var parameter : holdings.parameters()) {
            var own = new HashMap<String, Held>();
            own.put(TrainState.parameter(parameter), holdings.held(Role.PARAMETER, parameter));
            holdings.optimizer()
                    .state(parameter, precision.kept())
                    .forEach(s -> own.put(TrainState.memory(parameter, s), holdings.held(parameter, s)));
            gradients.put(StepTrace.gradient(parameter), holdings.held(Role.GRADIENT, parameter));
            held.putAll(own);
            if (isDeferred) {
                held.put(sum(parameter), holdings.held(Role.SUM, parameter));
            }
            if (isUpdate && holdings.isWhole(parameter)) {
                whole.addAll(own.keySet());
                whole.add(StepTrace.gradient(parameter));
            }
        }
        held.putAll(gradients);
        boolean isNorm = program.name().equals(StepTrace.SQUARED_NORM);
        if (isNorm && spread.isExact()) {
            whole.addAll(gradients.keySet());
        }
        if (program.name().equals(StepTrace.SUMS) && spread.isExact()) {
            whole.addAll(held.keySet());
        }
        boolean isEvaluation = program.name().equals(StepTrace.EVALUATE);
        var apart = new HashSet<String>();
        if (isEvaluation || !spread.isExact()) {
            apart.addAll(List.of(StepTrace.LOSS, StepTrace.BATCH_SQUARED_NORM));
        }
        if (!isUpdate) {
            apart.add(StepTrace.SCORES);
        }
        var batches = new HashSet<>(activations);
        batches.addAll(List.of(StepTrace.TOKENS, StepTrace.TARGETS));
        return new Signature(held, batches, apart, whole, !isUpdate && !isNorm);
    }
}
