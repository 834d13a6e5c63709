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
import java.util.stream.Collectors;
import org.borealis.device.Compiler;
import org.borealis.device.Compiler.Job;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.device.Slot;
import org.borealis.device.Stage;
import org.borealis.model.Parameter;
import org.borealis.parallel.PipelineSchedule.Action;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.Slots;
import org.borealis.trainer.step.Staging;
import org.borealis.trainer.step.StepSpread;
import org.borealis.trainer.step.StepTrace;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/**
 * The compiled programs of one stage, and their memory. What a micro-batch keeps from its forward to its backward pass has as many
 * places as micro-batches are under way at once.
 */
final class PipelinePrograms implements AutoCloseable {
    private static final String TIED = "tied";
    private static final String KEPT = "kept.";

    private final PipelineModel model;
    private final StepTrace trace;
    private final StepSpread spread;
    private final Slots buffers;
    private final Staging staging;
    private final List<Work> work;
    private final Map<Integer, PartTrace> parts = new HashMap<>();
    private final Map<String, Slot> slots = new HashMap<>();
    private final Map<Object, Job> jobs = new LinkedHashMap<>();
    private final Map<Object, Executable> executables = new HashMap<>();

    /** @param place of the part's buffers */
    private record Use(int part, int piece, int place, Set<String> added) {}

    private record Evaluation(int part) {}

    private record Update(int index) {}

    PipelinePrograms(
            Compiler compiler,
            Device device,
            Optimizer optimizer,
            TrainState state,
            TrainStep.Plan plan,
            PipelineModel model,
            List<Action> actions) {
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
        var updates = trace.updates(model.parameters()).stream()
                .map(update -> spread.split(compiler, update, Set.of()))
                .toList();
        staging = new Staging(device, state, updates);
        buffers = new Slots(device);
        try {
            slots.putAll(state.slots());
            slots.putAll(staging.slots());
            addBuffers();
            work.forEach(this::addJobs);
            model.own().forEach(this::addEvaluation);
            addUpdate(compiler);
            addUpdates(updates);
            var compiled = compiler.compile(
                    device, List.copyOf(jobs.values()), plan.ranks().team());
            int index = 0;
            for (var key : jobs.keySet()) {
                executables.put(key, compiled.get(index++));
            }
        } catch (RuntimeException e) {
            buffers.close();
            staging.close();
            throw e;
        }
    }

    private void addBuffers() {
        add(StepTrace.LOSS, trace.lossType());
        add(Stage.gradient(StepTrace.LOSS), trace.lossType());
        List.of(StepTrace.SQUARED_NORM, StepTrace.SCALE, StepTrace.NUMBER, StepTrace.RATE)
                .forEach(name -> add(name, StepTrace.NUMBER_TYPE));
        var names = model.parameters().stream()
                .flatMap(p -> List.of(StepTrace.gradient(p), spread.sum(p)).stream())
                .collect(Collectors.toSet());
        spread.gradientTypes().forEach((name, type) -> {
            if (names.contains(name)) {
                add(name, type);
            }
        });
        spread.aliases().forEach((alias, name) -> {
            if (names.contains(alias)) {
                slots.put(alias, slot(name));
            }
        });
        for (var one : work) {
            parts(one.part())
                    .pieces(Set.of())
                    .forEach(piece -> types(piece)
                            .forEach((name, type) -> placed(one.part(), one.place(), name)
                                    .filter(own -> !slots.containsKey(own))
                                    .ifPresent(own -> add(own, type))));
        }
    }

    private void add(String name, TensorType type) {
        slots.put(name, buffers.add(name, type));
    }

    private static Map<String, TensorType> types(Program program) {
        var types = new LinkedHashMap<String, TensorType>();
        program.inputs().forEach(i -> types.put(i.name(), i.type()));
        program.outputs().forEach(o -> types.put(o.name(), program.type(o.value())));
        return types;
    }

    /** Where a part has what a program calls so, if that is not the same for all parts and places. */
    private Optional<String> placed(int part, int place, String name) {
        boolean isPlaced = name.startsWith(KEPT)
                || name.equals(StepTrace.TOKENS)
                || name.equals(StepTrace.TARGETS)
                || model.boundary(part).contains(name)
                || (parts(part).isSplit() && model.gradients(part + 1).contains(name));
        if (isPlaced) {
            return Optional.of("part" + part + "/" + place + "/" + name);
        }
        return model.crossing(part).contains(name) ? Optional.of("part" + part + "/" + name) : Optional.empty();
    }

    private PartTrace parts(int part) {
        return Objects.requireNonNull(parts.get(part));
    }

    private void addJobs(Work one) {
        for (int piece : one.pieces()) {
            var pieces = parts(one.part()).pieces(one.added());
            var program = pieces.get(piece);
            if (!program.outputs().isEmpty()) {
                jobs.computeIfAbsent(use(one, piece), _ -> job(program, one.part(), one.place(), spent(pieces, piece)));
            }
        }
    }

    private static Use use(Work one, int piece) {
        return new Use(one.part(), piece, one.place(), one.added());
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

    private Job job(Program program, int part, int place, Set<String> spent) {
        var bound = TrainStep.bindings(program, slots);
        for (var name : types(program).keySet()) {
            placed(part, place, name).ifPresent(own -> bound.put(name, slot(own)));
        }
        return new Job(program, bound, spent);
    }

    private void addEvaluation(int part) {
        jobs.put(new Evaluation(part), job(parts(part).evaluation(), part, 0, Set.of()));
    }

    private void addUpdate(Compiler compiler) {
        addJob(PartTrace.settle(compiler, trace, spread, model.parameters()));
        addJob(tied());
        if (!model.counted().isEmpty()) {
            addJob(spread.split(compiler, trace.norm(model.counted()), Set.of()));
        }
    }

    private void addUpdates(List<Program> updates) {
        for (int i = 0; i < updates.size(); i++) {
            jobs.put(new Update(i), job(updates.get(i)));
        }
    }

    private void addJob(Program program) {
        if (!program.outputs().isEmpty()) {
            jobs.put(program.name(), job(program));
        }
    }

    private Job job(Program program) {
        return new Job(program, TrainStep.bindings(program, slots), StepTrace.spent(program));
    }

    private static String other(int stage, Parameter parameter) {
        return "stage" + stage + "/" + parameter.name();
    }

    /** Parameters that several stages keep, as far as this rank has their gradients. */
    private Map<Parameter, List<Integer>> tiedHere() {
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
            var type = slot(name).type();
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

    Slot slot(String name) {
        return Objects.requireNonNull(slots.get(name), name);
    }

    Optional<Slot> slot(Work one, String name) {
        return placed(one.part(), one.place(), name).map(slots::get);
    }

    /** Of what crosses a boundary. */
    List<Slot> slots(int part, int place, List<String> names) {
        return names.stream()
                .map(name -> slot(placed(part, place, name).orElseThrow()))
                .toList();
    }

    void run(Work one) {
        for (int piece : one.pieces()) {
            Optional.ofNullable(executables.get(use(one, piece))).ifPresent(Executable::run);
        }
    }

    void evaluate(int part) {
        Objects.requireNonNull(executables.get(new Evaluation(part))).run();
    }

    /** Completes the gradients of a step: over the ranks that share this stage, then over stages that keep the same parameter. */
    void settle(Messages messages) {
        Optional.ofNullable(executables.get(PartTrace.SETTLE)).ifPresent(Executable::run);
        tiedHere().forEach((parameter, stages) -> {
            var others = stages.stream().filter(s -> s != model.stage()).toList();
            messages.exchange(
                    others,
                    slot(StepTrace.gradient(parameter)),
                    others.stream().map(s -> slot(other(s, parameter))).toList());
        });
        Optional.ofNullable(executables.get(TIED)).ifPresent(Executable::run);
    }

    void update() {
        for (int i = 0; executables.containsKey(new Update(i)); i++) {
            staging.run(Objects.requireNonNull(executables.get(new Update(i))));
        }
    }

    boolean hasNorm() {
        return executables.containsKey(StepTrace.SQUARED_NORM);
    }

    void run(String name) {
        Objects.requireNonNull(executables.get(name)).run();
    }

    Map<String, Slot> gradients() {
        var gradients = new LinkedHashMap<String, Slot>();
        model.parameters().stream()
                .filter(spread::hasGradient)
                .map(StepTrace::gradient)
                .forEach(name -> gradients.put(name, slot(name)));
        return gradients;
    }

    @Override
    public void close() {
        executables.values().forEach(Executable::close);
        buffers.close();
        staging.close();
    }
}
