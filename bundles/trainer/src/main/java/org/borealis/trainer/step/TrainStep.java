package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.borealis.device.Compiler;
import org.borealis.device.Compiler.Job;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.device.Slot;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.train.Optimizer;

/** The compiled programs of a run: each rank has the whole model, or its part of every layer. */
public final class TrainStep implements Step {
    private final Device device;
    private final Arena arena = Arena.ofShared();
    private final Slots buffers;
    private final Map<String, Executable> programs = new LinkedHashMap<>();
    /** Those of the optimizer by name, in their order. */
    private final Map<String, List<Executable>> optimizers = new HashMap<>();

    private final Updates updates;
    private final Staging staging;
    private final MemorySegment number;
    private final TokenStaging tokens;
    private final boolean scalesLoss;
    private final StepPlan plan;
    private final StepSpread spread;
    private final Optional<Slot> scores;
    private double lossScale = 1;
    private int batches;
    private int done;
    private OptionalDouble greatestScore = OptionalDouble.empty();

    /** Compiles a step that computes in the type of the parameters. */
    public TrainStep(
            Compiler compiler,
            Device device,
            ModelFamily family,
            Optimizer optimizer,
            TrainState state,
            int rows,
            int micro) {
        this(
                compiler,
                device,
                family,
                optimizer,
                state,
                new StepPlan(rows, micro, new Precision(parameterType(state))));
    }

    /** Compiles. */
    public TrainStep(
            Compiler compiler,
            Device device,
            ModelFamily family,
            Optimizer optimizer,
            TrainState state,
            StepPlan plan) {
        this.device = device;
        this.plan = plan;
        scalesLoss = plan.precision().scalesLoss();
        var trace = plan.trace(family, optimizer);
        spread = trace.spread();
        var traced = trace.programs(compiler);
        staging = new Staging(
                device, state, traced.stream().filter(StepTrace::isOptimizer).toList());
        buffers = new Slots(device);
        try {
            trace.buffers().forEach(buffers::add);
            var slots = new HashMap<>(state.slots());
            slots.putAll(staging.slots());
            slots.putAll(buffers.byName());
            trace.spread().aliases().forEach((alias, name) -> slots.put(alias, buffers.get(name)));
            trace.spread().within().forEach((part, sum) -> slots.put(part, within(part, sum)));
            var jobs = new ArrayList<Job>();
            for (var program : traced) {
                jobs.add(new Job(program, bindings(program, slots), StepTrace.spent(program)));
            }
            var executables = compiler.compile(device, jobs, plan.ranks().team());
            for (int i = 0; i < jobs.size(); i++) {
                var program = jobs.get(i).program();
                if (StepTrace.isOptimizer(program)) {
                    optimizers
                            .computeIfAbsent(program.name(), _ -> new ArrayList<>())
                            .add(executables.get(i));
                } else {
                    programs.put(program.name(), executables.get(i));
                }
            }
        } catch (RuntimeException e) {
            buffers.close();
            staging.close();
            arena.close();
            throw e;
        }
        scores = buffers.find(StepTrace.SCORES);
        number = arena.allocate(Double.BYTES, Slot.ALIGNMENT);
        updates = new Updates(
                optimizer, plan.isRamped(), trace.optimizerSums(), device, this::named, staging, new Scalars());
        tokens = new TokenStaging(trace.tokenType(), plan.ranks());
    }

    private static DataType parameterType(TrainState state) {
        return state.parameterSlots().values().iterator().next().type().type();
    }

    /** Those of the places that the program names. */
    public static Map<String, Slot> bindings(Program program, Map<String, Slot> slots) {
        var bound = new HashMap<String, Slot>();
        program.inputs().stream()
                .map(Program.Input::name)
                .filter(slots::containsKey)
                .forEach(n -> bound.put(n, slots.get(n)));
        program.outputs().stream()
                .map(Program.Output::name)
                .filter(slots::containsKey)
                .forEach(n -> bound.put(n, slots.get(n)));
        return bound;
    }

    @Override
    public void begin(double lossScale, int batches) {
        done = 0;
        greatestScore = OptionalDouble.empty();
        this.batches = batches;
        this.lossScale = lossScale;
        if (scalesLoss) {
            write(StepTrace.LOSS_SCALE, lossScale);
        }
    }

    @Override
    public void accumulate(TokenBatch batch) {
        write(batch);
        int index = done++;
        boolean joins = done == batches && spread.isDeferred();
        if (index == 0) {
            run(joins ? StepTrace.ONLY : StepTrace.FIRST);
        } else {
            run(joins ? StepTrace.LAST : StepTrace.ACCUMULATE);
        }
    }

    /** Batches of all ranks since {@link #begin}. */
    private int batches() {
        return done * plan.ranks().batches();
    }

    @Override
    public double loss() {
        return ofAllBatches(scalar(buffers.get(StepTrace.LOSS))) / batches();
    }

    @Override
    public double gradientNorm() {
        run(StepTrace.SQUARED_NORM);
        return Math.sqrt(scalar(buffers.get(StepTrace.SQUARED_NORM))) / batches() / lossScale;
    }

    @Override
    public OptionalDouble squaredBatchNorm() {
        if (batches() < 2 || !spread.measuresNoise()) {
            return OptionalDouble.empty();
        }
        double squares = ofAllBatches(scalar(buffers.get(StepTrace.BATCH_SQUARED_NORM)));
        return OptionalDouble.of(squares / plan.ranks().batches() / lossScale / lossScale);
    }

    /** Sum over the ranks' batches of what each has, if the programs leave that to the host. */
    private double ofAllBatches(double own) {
        boolean isWhole = plan.ranks().spread().isExact() || plan.ranks().batches() == 1;
        return isWhole ? own : plan.ranks().sum(own);
    }

    @Override
    public void observe(List<TokenBatch> steps, long number) {
        var ranks = plan.ranks();
        long all = (long) steps.size() * ranks.batches();
        double labels = 0;
        for (int i = 0; i < steps.size(); i++) {
            var batch = steps.get(i);
            write(batch);
            write(StepTrace.DRAW, (double) (number - 1) * all + (long) i * ranks.batches() + ranks.batch());
            run(i == 0 ? StepTrace.DRAWN : StepTrace.MORE_DRAWN);
            labels += (double) batch.rows() * batch.sequence() * ranks.batches();
        }
        run(StepTrace.SQUARED_NORM);
        if (Double.isFinite(scalar(buffers.get(StepTrace.SQUARED_NORM)))) { // or is left out, as a step would be
            updates.observe(1.0 / all / lossScale, labels);
        }
    }

    @Override
    public Map<String, Double> update(Optimizer.Pace pace, double scale, Map<String, Double> numbers) {
        if (scores.isPresent()) {
            greatestScore = OptionalDouble.of(ScoreLimit.join(device, scores.get(), plan.ranks()));
        }
        return updates.run(pace, scale / batches() / lossScale, numbers);
    }

    @Override
    public void apply(String kind) {
        updates.apply(kind);
    }

    @Override
    public double evaluate(TokenBatch batch) {
        write(batch);
        run(StepTrace.EVALUATE);
        return scalar(buffers.get(StepTrace.LOSS));
    }

    @Override
    public Map<String, Slot> gradients() {
        var gradients = new LinkedHashMap<String, Slot>();
        spread.holdings().parameters().stream()
                .filter(spread::hasGradient)
                .map(StepTrace::gradient)
                .forEach(name -> gradients.put(
                        name,
                        Optional.ofNullable(spread.within().get(name))
                                .map(sum -> within(name, sum))
                                .orElseGet(() -> buffers.get(name))));
        return gradients;
    }

    @Override
    public OptionalDouble greatestScore() {
        return greatestScore;
    }

    /** Greatest attention scores of the batches since {@link #begin}, by the name that programs have for them; if they are limited. */
    public Map<String, Slot> scores() {
        return scores.map(slot -> Map.of(StepTrace.SCORES, slot)).orElse(Map.of());
    }

    private Slot within(String part, String sum) {
        var whole = buffers.get(sum);
        return new Slot(
                whole.buffer(),
                whole.offset(),
                Objects.requireNonNull(spread.gradientTypes().get(part)));
    }

    /** What computes loss and gradient of a step's first batch. */
    public Executable gradientProgram() {
        return program(StepTrace.FIRST);
    }

    /**
     * What updates the parameters, where one program does.
     *
     * @param number of the update
     */
    public Executable updateProgram(long number) {
        return named(UpdateTrace.name(updates.optimizer().kind(number))).getFirst();
    }

    private List<Executable> named(String name) {
        return optimizers.getOrDefault(name, List.of());
    }

    /** All ranks have all parameters, or parts of them. */
    private final class Scalars implements Updates.Scalars {
        @Override
        public void write(String name, double value) {
            TrainStep.this.write(name, value);
        }

        @Override
        public double read(String name) {
            return scalar(buffers.get(name));
        }
    }

    private void run(String name) {
        program(name).run();
    }

    private Executable program(String name) {
        var executable = programs.get(name);
        if (executable == null) {
            throw new IllegalStateException("compiled without program " + name);
        }
        return executable;
    }

    private void write(TokenBatch batch) {
        tokens.write(device, buffers.get(StepTrace.TOKENS), batch.tokens());
        tokens.write(device, buffers.get(StepTrace.TARGETS), batch.targets());
    }

    private void write(String name, double value) {
        var slot = buffers.get(name);
        var bytes = number.asSlice(0, slot.type().bytes());
        HostMemory.write(bytes, slot.type().type(), new double[] {value});
        device.write(slot, bytes);
    }

    private double scalar(Slot slot) {
        var bytes = number.asSlice(0, slot.type().bytes());
        device.read(slot, bytes);
        return HostMemory.read(bytes, slot.type().type(), 0);
    }

    @Override
    public void close() {
        programs.values().forEach(Executable::close);
        optimizers.values().forEach(each -> each.forEach(Executable::close));
        staging.close();
        buffers.close();
        tokens.close();
        arena.close();
    }
}
