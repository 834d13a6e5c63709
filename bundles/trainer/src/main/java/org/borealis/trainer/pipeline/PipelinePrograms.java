package org.borealis.trainer.pipeline;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.borealis.device.Compiler;
import org.borealis.device.Compiler.Job;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.device.Slot;
import org.borealis.parallel.PipelineSchedule.Action;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.Slots;
import org.borealis.trainer.step.Staging;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.StepTrace;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/** The compiled programs of one stage, and their memory. */
final class PipelinePrograms implements AutoCloseable {
    private final PipelineModel model;
    private final StagePlan plan;
    private final Slots buffers;
    private final Staging staging;
    private final Map<String, Slot> slots = new HashMap<>();
    private final Map<Object, Executable> executables = new HashMap<>();

    PipelinePrograms(
            Compiler compiler,
            Device device,
            Optimizer optimizer,
            TrainState state,
            StepPlan trainPlan,
            PipelineModel model,
            List<Action> actions) {
        this.model = model;
        plan = new StagePlan(compiler, optimizer, trainPlan, model, actions);
        staging = new Staging(device, state, plan.updates());
        buffers = new Slots(device);
        try {
            slots.putAll(state.slots());
            slots.putAll(staging.slots());
            plan.buffers().forEach((name, type) -> slots.put(name, buffers.add(name, type)));
            plan.aliases().forEach((alias, name) -> slots.put(alias, slot(name)));
            var jobs = plan.programs().values().stream().map(this::job).toList();
            var compiled = compiler.compile(device, jobs, trainPlan.ranks().team());
            int index = 0;
            for (var key : plan.programs().keySet()) {
                executables.put(key, compiled.get(index++));
            }
        } catch (RuntimeException e) {
            buffers.close();
            staging.close();
            throw e;
        }
    }

    private Job job(StagePlan.Planned planned) {
        var bound = TrainStep.bindings(planned.program(), slots);
        planned.places().forEach((name, own) -> bound.put(name, slot(own)));
        return new Job(planned.program(), bound, planned.spent());
    }

    List<Work> work() {
        return plan.work();
    }

    Slot slot(String name) {
        return Objects.requireNonNull(slots.get(name), name);
    }

    Optional<Slot> slot(Work one, String name) {
        return plan.placed(one.part(), one.place(), name).map(slots::get);
    }

    /** Of what crosses a boundary. */
    List<Slot> slots(int part, int place, List<String> names) {
        return names.stream()
                .map(name -> slot(plan.placed(part, place, name).orElseThrow()))
                .toList();
    }

    void run(Work one) {
        for (int piece : one.pieces()) {
            Optional.ofNullable(executables.get(StagePlan.use(one, piece))).ifPresent(Executable::run);
        }
    }

    void evaluate(int part) {
        Objects.requireNonNull(executables.get(StagePlan.evaluation(part))).run();
    }

    /** Completes the gradients of a step: over the ranks that share this stage, then over stages that keep the same parameter. */
    void settle(Messages messages) {
        Optional.ofNullable(executables.get(PartTrace.SETTLE)).ifPresent(Executable::run);
        plan.tiedHere().forEach((parameter, stages) -> {
            var others = stages.stream().filter(s -> s != model.stage()).toList();
            messages.exchange(
                    others,
                    slot(StepTrace.gradient(parameter)),
                    others.stream()
                            .map(s -> slot(StagePlan.other(s, parameter)))
                            .toList());
        });
        Optional.ofNullable(executables.get(StagePlan.TIED)).ifPresent(Executable::run);
    }

    /** Those of the optimizer's programs that have a name. */
    List<Executable> updates(String name) {
        return IntStream.range(0, plan.updates().size())
                .filter(i -> plan.updates().get(i).name().equals(name))
                .mapToObj(i -> Objects.requireNonNull(executables.get(StagePlan.update(i))))
                .toList();
    }

    Staging staging() {
        return staging;
    }

    boolean hasNorm() {
        return executables.containsKey(StepTrace.SQUARED_NORM);
    }

    void run(String name) {
        Objects.requireNonNull(executables.get(name)).run();
    }

    Map<String, Slot> gradients() {
        var gradients = new LinkedHashMap<String, Slot>();
        plan.gradients().forEach(name -> gradients.put(name, slot(name)));
        return gradients;
    }

    @Override
    public void close() {
        executables.values().forEach(Executable::close);
        buffers.close();
        staging.close();
    }
}
