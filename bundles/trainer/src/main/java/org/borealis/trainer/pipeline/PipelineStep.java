package org.borealis.trainer.pipeline;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.device.Stage;
import org.borealis.parallel.Group;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.train.Optimizer;
import org.borealis.trainer.pipeline.Messages.Expected;
import org.borealis.trainer.pipeline.Messages.Key;
import org.borealis.trainer.step.HostMemory;
import org.borealis.trainer.step.Step;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.StepTrace;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TokenStaging;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.Updates;

/**
 * A step of a rank that has some of the layers. All ranks of a pipeline are given the same batches; nothing is computed before the last
 * of them is there.
 */
public final class PipelineStep implements Step {
    private final Device device;
    private final PipelineModel model;
    private final StepPlan plan;
    private final Group group;
    private final PipelinePrograms programs;
    private final Messages messages;
    private final Map<Integer, List<Expected>> inStep;
    private final Map<Integer, List<Expected>> inEvaluation;
    private final List<TokenBatch> batches = new ArrayList<>();
    private final Arena arena = Arena.ofShared();
    private final TokenStaging tokens;
    private final MemorySegment number;
    private final Updates updates;
    private double lossScale = 1;

    /**
     * Compiles.
     *
     * @param state as {@link PipelineModel#keeping} has it
     */
    public PipelineStep(
            Compiler compiler,
            Device device,
            Optimizer optimizer,
            TrainState state,
            StepPlan plan,
            PipelineModel model,
            PipelineSchedule schedule) {
        this.device = device;
        this.model = model;
        this.plan = plan;
        int chunks = model.own().size();
        group = plan.ranks().team().group(PipelineModel.AXIS);
        var actions = schedule.actions(model.stage(), model.stages(), chunks, plan.micro());
        if (optimizer.observesEvery() > 0) {
            throw new BorealisException(
                    "optimizer-observes",
                    "this optimizer estimates curvature from labels that it has the model draw, which stages of a pipeline"
                            + " don't do; take axis 'pipeline' out of the mesh, or another optimizer");
        }
        programs = new PipelinePrograms(compiler, device, optimizer, state, plan, model, actions);
        messages = new Messages(group, device, 2 * model.parts().size());
        inStep = Work.expected(schedule, model, chunks, plan.micro(), this::expected);
        inEvaluation = evaluation();
        tokens = new TokenStaging(plan.trace(model.family(), optimizer).tokenType(), plan.ranks());
        number = arena.allocate(Double.BYTES, Slot.ALIGNMENT);
        updates = new Updates(
                optimizer,
                plan.isRamped(),
                plan.trace(model.family(), optimizer).optimizerSums(),
                device,
                programs::updates,
                programs.staging(),
                new Scalars());
    }

    /** Both sides of a boundary are alike, so this rank's own says how large it is. */
    private Expected expected(Key key) {
        var slots = key.isGradient()
                ? programs.slots(key.part() - 1, 0, model.gradients(key.part()))
                : programs.slots(key.part(), 0, model.boundary(key.part()));
        return new Expected(key, Messages.bytes(slots));
    }

    private Map<Integer, List<Expected>> evaluation() {
        var messages = new LinkedHashMap<Integer, List<Expected>>();
        for (int part : model.own()) {
            if (part > 0) {
                messages.computeIfAbsent(model.stageOf(part - 1), _ -> new ArrayList<>())
                        .add(expected(new Key(false, part, 0)));
            }
        }
        return messages;
    }

    @Override
    public void begin(double scale, int count) {
        if (count != plan.micro()) {
            throw new IllegalArgumentException("the schedule is of " + plan.micro() + " batches, not of " + count);
        }
        batches.clear();
        lossScale = scale;
        write(Stage.gradient(StepTrace.LOSS), scale);
    }

    @Override
    public void accumulate(TokenBatch batch) {
        batches.add(batch);
        if (batches.size() == plan.micro()) {
            messages.expect(inStep);
            programs.work().forEach(this::run);
            programs.settle(messages);
            messages.settle();
        }
    }

    private void run(Work work) {
        int part = work.part();
        int place = work.place();
        int batch = work.action().batch();
        if (work.isForward()) {
            write(work, batches.get(batch));
            receive(part, place, batch);
        } else if (work.isBackward() && !model.isLast(part)) {
            messages.receive(
                    model.stageOf(part + 1),
                    new Key(true, part + 1, batch),
                    programs.slots(part, place, model.gradients(part + 1)));
        }
        programs.run(work);
        if (work.isForward()) {
            send(part, place);
        } else if (work.isBackward() && part > 0) {
            messages.send(model.stageOf(part - 1), programs.slots(part, place, model.gradients(part)));
        }
    }

    private void receive(int part, int place, int batch) {
        if (part > 0) {
            messages.receive(
                    model.stageOf(part - 1),
                    new Key(false, part, batch),
                    programs.slots(part, place, model.boundary(part)));
        }
    }

    private void send(int part, int place) {
        if (!model.isLast(part)) {
            messages.send(model.stageOf(part + 1), programs.slots(part, place, model.boundary(part + 1)));
        }
    }

    private void write(Work work, TokenBatch batch) {
        programs.slot(work, StepTrace.TOKENS).ifPresent(slot -> tokens.write(device, slot, batch.tokens()));
        programs.slot(work, StepTrace.TARGETS).ifPresent(slot -> tokens.write(device, slot, batch.targets()));
    }

    private int batches() {
        return batches.size() * plan.ranks().batches();
    }

    @Override
    public double loss() {
        double sum = ofLastStage(scalar(StepTrace.LOSS));
        var ranks = plan.ranks();
        boolean isWhole = ranks.spread().isExact() || ranks.batches() == 1;
        return (isWhole ? sum : ranks.sum(sum)) / batches();
    }

    @Override
    public double gradientNorm() {
        double squares = 0;
        if (programs.hasNorm()) {
            programs.run(StepTrace.SQUARED_NORM);
            squares = scalar(StepTrace.SQUARED_NORM);
        }
        return Math.sqrt(sumOfStages(squares)) / batches() / lossScale;
    }

    private double sumOfStages(double own) {
        HostMemory.write(number, DataType.FLOAT64, new double[] {own});
        group.allReduce(number, DataType.FLOAT64, Fold.SUM).await();
        return HostMemory.read(number, DataType.FLOAT64, 0);
    }

    /** Empty: what stages share, none of them has the whole gradient of. */
    @Override
    public OptionalDouble squaredBatchNorm() {
        return OptionalDouble.empty();
    }

    @Override
    public void observe(List<TokenBatch> all, long number) {
        throw new IllegalStateException("refused when it was made");
    }

    @Override
    public Map<String, Double> update(Optimizer.Pace pace, double scale, Map<String, Double> numbers) {
        return updates.run(pace, scale / batches() / lossScale, numbers);
    }

    @Override
    public void apply(String kind) {
        updates.apply(kind);
    }

    /** Stages have different parameters. */
    private final class Scalars implements Updates.Scalars {
        @Override
        public void write(String name, double value) {
            PipelineStep.this.write(name, value);
        }

        @Override
        public double read(String name) {
            return scalar(name);
        }

        @Override
        public double sum(double own) {
            return sumOfStages(own);
        }
    }

    @Override
    public double evaluate(TokenBatch batch) {
        messages.expect(inEvaluation);
        for (int part : model.own()) {
            programs.work().stream()
                    .filter(work -> work.part() == part && work.place() == 0)
                    .findFirst()
                    .ifPresent(work -> write(work, batch));
            receive(part, 0, 0);
            programs.evaluate(part);
            send(part, 0);
        }
        messages.settle();
        return ofLastStage(scalar(StepTrace.LOSS));
    }

    @Override
    public Map<String, Slot> gradients() {
        return programs.gradients();
    }

    /** What the stage that computes the loss has, for all stages. */
    private double ofLastStage(double own) {
        HostMemory.write(number, DataType.FLOAT64, new double[] {own});
        group.broadcast(number, model.stageOf(model.parts().size() - 1)).await();
        return HostMemory.read(number, DataType.FLOAT64, 0);
    }

    private void write(String name, double value) {
        var slot = programs.slot(name);
        var bytes = number.asSlice(0, slot.type().bytes());
        HostMemory.write(bytes, slot.type().type(), new double[] {value});
        device.write(slot, bytes);
    }

    private double scalar(String name) {
        var slot = programs.slot(name);
        var bytes = number.asSlice(0, slot.type().bytes());
        device.read(slot, bytes);
        return HostMemory.read(bytes, slot.type().type(), 0);
    }

    @Override
    public void close() {
        programs.close();
        messages.close();
        tokens.close();
        arena.close();
    }
}
