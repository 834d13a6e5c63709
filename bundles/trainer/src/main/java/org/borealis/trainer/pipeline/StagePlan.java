package org.borealis.trainer.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.borealis.device.Compiler;
import org.borealis.device.Compiler.Draft;
import org.borealis.device.Device;
import org.borealis.device.Stage;
import org.borealis.model.Parameter;
import org.borealis.parallel.PipelineSchedule.Action;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.StepSpread;
import org.borealis.trainer.step.StepTrace;
import org.borealis.trainer.step.TrainState;

/**
 * The programs of one stage, and the memory that they need beside the state of the run: known before any is taken. What a micro-batch
 * keeps from its forward to its backward pass has as many places as micro-batches are under way at once.
 */
final class StagePlan {
    static final String TIED = "tied";
    private static final String KEPT = "kept.";
    private static final String PART = "part";

    private final Compiler compiler;
    private final StepPlan plan;
    private final PipelineModel model;
    private final StepTrace trace;
    private final StepSpread spread;
    private final List<Work> work;
    private final List<Program> updates;
    private final Map<Integer, PartTrace> parts = new HashMap<>();
    private final Map<String, TensorType> buffers = new LinkedHashMap<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final Map<Object, Planned> programs = new LinkedHashMap<>();

    /**
     * A program to compile.
     *
     * @param places names of its buffers, by the names that it has for them, where these differ
     * @param spent inputs that nobody reads after it
     */
    record Planned(Program program, Map<String, String> places, Set<String> spent) {}

    /** @param place of the part's buffers */
    private record Use(int part, int piece, int place, Set<String> added) {}

    private record Evaluation(int part) {}

    private record Update(int index) {}

    StagePlan(Compiler compiler, Optimizer optimizer, StepPlan plan, PipelineModel model, List<Action> actions) {
        if (optimizer.qkClip().isPresent()) {
            throw new BorealisException(
                    "qk-clip",
                    "this optimizer limits attention scores (qkClip), which stages of a pipeline don't tell each other; take axis"
                            + " 'pipeline' out of the mesh, or set optimizer.qkClip.threshold to 0");
        }
        this.compiler = compiler;
        this.plan = plan;
        this.model = model;
        trace = plan.trace(model.family(), optimizer);
        spread = StepSpread.of(plan.ranks(), trace.spread().holdings(), plan.precision(), Math.max(2, plan.micro()));
        var split = Work.split(actions);
        for (int chunk = 0; chunk < model.own().size(); chunk++) {
            int part = model.own().get(chunk);
            parts.put(part, new PartTrace(compiler, trace, spread, model, part, split.contains(chunk)));
        }
        work = Work.of(
                actions,
                model,
                parts.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, e -> e.getValue().sums())));
        updates = trace.optimizer(model.parameters(), model.counted()).stream()
                .map(update -> spread.split(compiler, update, Set.of()))
                .toList();
        addBuffers();
        work.forEach(this::addPieces);
        model.own().forEach(this::addEvaluation);
        addUpdate();
    }

    private void addBuffers() {
        add(StepTrace.LOSS, trace.lossType());
        add(Stage.gradient(StepTrace.LOSS), trace.lossType());
        add(StepTrace.SQUARED_NORM, StepTrace.NUMBER_TYPE);
        trace.optimizerScalars().forEach(this::add);
        var names = model.parameters().stream()
                .flatMap(p -> List.of(StepTrace.gradient(p), spread.sum(p)).stream())
                .collect(Collectors.toSet());
        spread.gradientTypes().forEach((name, type) -> {
            if (names.contains(name)) {
                add(name, type);
            }
        });
        aliases.putAll(spread.aliases());
        aliases.keySet().retainAll(names);
        for (var one : work) {
            parts(one.part())
                    .pieces(Set.of())
                    .forEach(piece -> types(piece)
                            .forEach((name, type) -> placed(one.part(), one.place(), name)
                                    .ifPresent(own -> buffers.putIfAbsent(own, type))));
        }
    }

    private void add(String name, TensorType type) {
        buffers.put(name, type);
    }

    private static Map<String, TensorType> types(Program program) {
        var types = new LinkedHashMap<String, TensorType>();
        program.inputs().forEach(i -> types.put(i.name(), i.type()));
        program.outputs().forEach(o -> types.put(o.name(), program.type(o.value())));
        return types;
    }

    /** Where a part has what a program calls so, if that is not the same for all parts and places. */
    Optional<String> placed(int part, int place, String name) {
        boolean isPlaced = name.startsWith(KEPT)
                || name.equals(StepTrace.TOKENS)
                || name.equals(StepTrace.TARGETS)
                || model.boundary(part).contains(name)
                || (parts(part).isSplit() && model.gradients(part + 1).contains(name));
        if (isPlaced) {
            return Optional.of(PART + part + "/" + place + "/" + name);
        }
        return model.crossing(part).contains(name) ? Optional.of(PART + part + "/" + name) : Optional.empty();
    }

    private PartTrace parts(int part) {
        return Objects.requireNonNull(parts.get(part));
    }

    private void addPieces(Work one) {
        for (int piece : one.pieces()) {
            var pieces = parts(one.part()).pieces(one.added());
            var program = pieces.get(piece);
            if (!program.outputs().isEmpty()) {
                programs.computeIfAbsent(
                        use(one, piece), _ -> planned(program, one.part(), one.place(), spent(pieces, piece)));
            }
        }
    }

    /** What a piece of work runs, by its key among {@link #programs}. */
    static Object use(Work one, int piece) {
        return new Use(one.part(), piece, one.place(), one.added());
    }

    static Object evaluation(int part) {
        return new Evaluation(part);
    }

    static Object update(int index) {
        return new Update(index);
    }

    /** What no later piece reads. */
    private static Set<String> spent(List<Program> pieces, int piece) {
        var spent = inputs(pieces.get(piece));
        spent.removeIf(name -> !name.startsWith(KEPT));
        pieces.subList(piece + 1, pieces.size()).forEach(later -> spent.removeAll(inputs(later)));
        return spent;
    }

    private static Set<String> inputs(Program program) {
        return program.inputs().stream().map(Program.Input::name).collect(Collectors.toCollection(HashSet::new));
    }

    private Planned planned(Program program, int part, int place, Set<String> spent) {
        var places = new HashMap<String, String>();
        for (var name : types(program).keySet()) {
            placed(part, place, name).ifPresent(own -> places.put(name, own));
        }
        return new Planned(program, places, spent);
    }

    private void addEvaluation(int part) {
        programs.put(evaluation(part), planned(parts(part).evaluation(), part, 0, Set.of()));
    }

    private void addUpdate() {
        add(PartTrace.settle(compiler, trace, spread, model.parameters()));
        add(tied());
        if (!model.counted().isEmpty()) {
            add(spread.split(compiler, trace.norm(model.counted()), Set.of()));
        }
        for (int i = 0; i < updates.size(); i++) {
            programs.put(update(i), planned(updates.get(i)));
        }
    }

    private void add(Program program) {
        if (!program.outputs().isEmpty()) {
            programs.put(program.name(), planned(program));
        }
    }

    private static Planned planned(Program program) {
        return new Planned(program, Map.of(), StepTrace.spent(program));
    }

    static String other(int stage, Parameter parameter) {
        return "stage" + stage + "/" + parameter.name();
    }

    /** Parameters that several stages keep, as far as this rank has their gradients. */
    Map<Parameter, List<Integer>> tiedHere() {
        var tied = new LinkedHashMap<>(model.tied());
        tied.keySet().removeIf(p -> !spread.hasGradient(p));
        return tied;
    }

    /** Adds up gradients of parameters that several stages keep, in the order of the stages, so that all get the same bits. */
    private Program tied() {
        var builder = new Program.Builder(TIED);
        var own = new LinkedHashMap<Parameter, Tensor>();
        var summands = new LinkedHashMap<Parameter, List<Tensor>>();
        tiedHere().forEach((parameter, stages) -> {
            var name = StepTrace.gradient(parameter);
            var type = Objects.requireNonNull(buffers.get(name));
            var tensors = new ArrayList<Tensor>();
            for (int stage : stages) {
                if (stage == model.stage()) {
                    var gradient = builder.input(name, type);
                    own.put(parameter, gradient);
                    tensors.add(gradient);
                } else {
                    add(other(stage, parameter), type);
                    tensors.add(builder.input(other(stage, parameter), type));
                }
            }
            summands.put(parameter, tensors);
        });
        own.forEach((parameter, gradient) -> builder.replace(
                StepTrace.gradient(parameter),
                gradient,
                Objects.requireNonNull(summands.get(parameter)).stream()
                        .reduce(Tensor::plus)
                        .orElseThrow()));
        return builder.build();
    }

    List<Work> work() {
        return work;
    }

    /** What the optimizer is made of, in the order in which programs of one name follow each other. */
    List<Program> updates() {
        return updates;
    }

    /** By name. */
    Map<String, TensorType> buffers() {
        return buffers;
    }

    /** Other names of buffers. */
    Map<String, String> aliases() {
        return aliases;
    }

    /** All that the stage runs, by what it is for. */
    Map<Object, Planned> programs() {
        return programs;
    }

    /** Names of the gradients of this rank. */
    List<String> gradients() {
        return model.parameters().stream()
                .filter(spread::hasGradient)
                .map(StepTrace::gradient)
                .toList();
    }

    /** What the stage takes of a device. */
    StepMemory memory(Device device) {
        var state = TrainState.types(
                plan.precision().kept(), model.parameters(), trace.spread().holdings(), plan.ranks());
        var bound = new HashSet<>(state.keySet());
        bound.addAll(buffers.keySet());
        bound.addAll(aliases.keySet());
        var drafts = programs.values().stream()
                .map(each -> {
                    var names = new HashSet<>(bound);
                    names.addAll(each.places().keySet());
                    return new Draft(each.program(), names, each.spent());
                })
                .toList();
        var footprint =
                compiler.plan(device, drafts, StepTrace.LOSS, plan.ranks().team());
        var summed = spread.gradientTypes().keySet();
        long gradients = bytes(name -> summed.contains(name) || isOther(name));
        long activations = bytes(this::isActivation);
        return StepMemory.of(
                device,
                plan.offload(),
                state,
                updates,
                gradients,
                footprint.activations() + activations,
                footprint.workspace(),
                footprint.other() + bytes(_ -> true) - gradients - activations);
    }

    private long bytes(Predicate<String> isMeant) {
        return buffers.entrySet().stream()
                .filter(entry -> isMeant.test(entry.getKey()))
                .mapToLong(entry -> entry.getValue().bytes())
                .sum();
    }

    private boolean isActivation(String name) {
        return name.startsWith(PART)
                && !name.endsWith("/" + StepTrace.TOKENS)
                && !name.endsWith("/" + StepTrace.TARGETS);
    }

    private boolean isOther(String name) {
        return tiedHere().entrySet().stream()
                .anyMatch(tied -> tied.getValue().stream().anyMatch(stage -> name.equals(other(stage, tied.getKey()))));
    }
}
