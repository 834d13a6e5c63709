package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.osgi.annotation.versioning.ConsumerType;

/** What an optimizer has to do. Extend it, and say which optimizer; give recorded trajectories where there are any. */
@ConsumerType
@SuppressWarnings("NullAway.Init") // the device is opened before each test
public abstract class OptimizerConformance {
    private static final List<Parameter> PARAMETERS = List.of(
            Parameter.normal("matrix", 1, 5, 3), Parameter.fill("vector", 0, 7), Parameter.normal("one", 1, 1, 1));

    private Device device;

    /** The optimizer under test, with a rate at which x^2 / 2 falls. */
    protected abstract Optimizer optimizer();

    /** Trajectories of other programs. */
    protected List<OptimizerTrajectory> trajectories() {
        return List.of();
    }

    /** The optimizer with the settings of a trajectory. */
    protected Optimizer optimizer(OptimizerTrajectory trajectory) {
        throw new UnsupportedOperationException("override this beside trajectories()");
    }

    /** Whether vectors decay in a trajectory: they are given as matrices of one row then. */
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return true;
    }

    @BeforeEach
    final void openDevice() {
        device = Oracle.open();
    }

    @AfterEach
    final void closeDevice() {
        device.close();
    }

    @Test
    void namesOfStateAreUniqueAndPlain() {
        for (var parameter : PARAMETERS) {
            var names = new HashSet<String>();
            for (var state : optimizer().state(parameter, DataType.FLOAT32)) {
                assertTrue(names.add(state.name()), "two states of " + parameter.name() + " are named " + state.name());
                assertTrue(state.name().matches("[a-zA-Z0-9]+"), "'" + state.name() + "' is no plain word");
            }
        }
    }

    @Test
    void anUpdateKeepsEveryTypeAndIsTracedTheSameTwice() {
        for (var type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
            for (var parameter : PARAMETERS) {
                var types = optimizer().state(parameter, type).stream()
                        .map(Optimizer.State::type)
                        .toList();
                for (var kind : optimizer().kinds()) {
                    updateKeepsTypes(kind, parameter, type, types);
                }
            }
        }
    }

    private void updateKeepsTypes(String kind, Parameter parameter, DataType type, List<TensorType> state) {
        var program = traced(kind, parameter, type, state);
        var outputs =
                program.outputs().stream().map(o -> program.type(o.value())).toList();
        assertEquals(new TensorType(type, parameter.shape()), outputs.get(0));
        assertEquals(state, outputs.subList(1, outputs.size()));
        assertEquals(program.toString(), traced(kind, parameter, type, state).toString());
    }

    private Program traced(String kind, Parameter parameter, DataType type, List<TensorType> state) {
        return traced(parameter, type, state, (in, scalars) -> {
            var step = step(kind, scalars);
            var update = optimizer().update(parameter, in.get(0), in.get(1), in.subList(2, in.size()), step);
            return Stream.concat(Stream.of(update.value()), update.state().stream());
        });
    }

    /** With value, gradient and state, and with FLOAT64 scalars: number, rate, factor of weight decay, then the optimizer's numbers. */
    private Program traced(
            Parameter parameter,
            DataType type,
            List<TensorType> state,
            BiFunction<List<Tensor>, List<Tensor>, Stream<Tensor>> outputs) {
        var value = new TensorType(type, parameter.shape());
        int scalars = 3 + optimizer().numbers().size();
        var inputs = Stream.of(
                        Collections.nCopies(scalars, TensorType.of(DataType.FLOAT64)), List.of(value, value), state)
                .flatMap(List::stream)
                .toList();
        return Program.trace(
                "update",
                inputs,
                in -> outputs.apply(in.subList(scalars, in.size()), in.subList(0, scalars))
                        .toList());
    }

    private Optimizer.Step step(String kind, List<Tensor> scalars) {
        var numbers = new HashMap<String, Tensor>();
        for (var name : new TreeSet<>(optimizer().numbers().keySet())) {
            numbers.put(name, scalars.get(3 + numbers.size()));
        }
        return new Optimizer.Step(kind, scalars.get(0), scalars.get(1), Optional.of(scalars.get(2)), numbers);
    }

    @Test
    void kindsOfUpdatesArePlainWordsAndEveryUpdateIsOfOne() {
        var optimizer = optimizer();
        var kinds = optimizer.kinds();
        assertEquals(kinds.size(), new HashSet<>(kinds).size(), "two kinds of one name among " + kinds);
        kinds.forEach(kind -> assertTrue(kind.matches("[a-zA-Z0-9]+"), "'" + kind + "' is no plain word"));
        for (long number = 1; number <= 1000; number++) {
            var kind = optimizer.kind(number);
            assertTrue(kinds.contains(kind), "update " + number + " is of kind '" + kind + "', not one of " + kinds);
        }
    }

    @Test
    void whatIsSummedObservedAndEvaluatedHasTheTypesOfTheContract() {
        var names = new HashSet<Set<String>>();
        for (var parameter : PARAMETERS) {
            var types = optimizer().state(parameter, DataType.FLOAT32).stream()
                    .map(Optimizer.State::type)
                    .toList();
            var value = new TensorType(DataType.FLOAT32, parameter.shape());
            var program = traced(parameter, DataType.FLOAT32, types, (in, scalars) -> {
                var state = in.subList(2, in.size());
                var step = step(optimizer().kind(1), scalars);
                var sums = optimizer().sums(parameter, in.get(0), in.get(1), state, step);
                names.add(sums.keySet());
                sums.forEach((name, sum) -> assertEquals(Shape.SCALAR, sum.shape(), name));
                var evaluated = optimizer().evaluated(parameter, in.get(0), state);
                var observed = optimizer().observe(parameter, in.get(0), in.get(1), state, scalars.get(0));
                return Stream.concat(Stream.of(evaluated), observed.stream());
            });
            var outputs =
                    program.outputs().stream().map(o -> program.type(o.value())).toList();
            assertEquals(value, outputs.get(0));
            assertEquals(types, outputs.subList(1, outputs.size()));
        }
        assertEquals(1, names.size(), "parameters add to different sums: " + names);
        assertTrue(optimizer().observesEvery() >= 0);
        var numbers = optimizer().numbers();
        var sums = new HashMap<String, Double>();
        names.iterator().next().forEach(name -> sums.put(name, 1.0));
        var next = optimizer()
                .numbers(numbers, sums, new Optimizer.Pace(1, optimizer().rate(), 1));
        assertEquals(numbers.keySet(), next.keySet());
    }

    @Test
    void itsLimitOfAttentionScoresIsTheSameAlways() {
        var optimizer = optimizer();
        assertEquals(optimizer.qkClip(), optimizer.qkClip());
        assertEquals(optimizer.qkClip(), optimizer().qkClip());
    }

    @Test
    void aSquareFalls() {
        var parameter = Parameter.fill("x", 1, 3, 5);
        var start = Samples.of(DataType.FLOAT64, 1, 3, 5);
        double first = squares(start);
        var run = descend(parameter, start, 50);
        double last = squares(run.evaluated(run.tracks().getFirst()));
        assertTrue(last < 0.9 * first, "half the sum of squares was " + first + " and is " + last + " after 50 steps");
    }

    @Test
    void noGradientGivesFiniteNumbers() {
        var parameter = Parameter.fill("x", 1, 3, 5);
        var value = new HostTensor(TensorType.of(DataType.FLOAT32, 3, 5));
        var run = OptimizerRun.of(Runner.eager(device), optimizer(), parameter, value);
        for (int step = 1; step <= 3; step++) {
            run.step(step, _ -> value);
            var track = run.tracks().getFirst();
            assertFinite(track.value());
            assertFinite(run.evaluated(track));
            track.state().forEach(OptimizerConformance::assertFinite);
            run.numbers().forEach((name, number) -> assertTrue(Double.isFinite(number), name + " is " + number));
        }
    }

    private static void assertFinite(HostTensor tensor) {
        assertFalse(Arrays.stream(tensor.values()).anyMatch(x -> !Double.isFinite(x)), tensor.toString());
    }

    @Test
    void savedStateGoesOnBitForBit() {
        var start = Samples.of(DataType.FLOAT32, 1, 3, 5);
        var unbroken = descend(Parameter.fill("x", 1, 3, 5), start, 7);
        var broken = descend(Parameter.fill("x", 1, 3, 5), start, 4);
        var resumed = new OptimizerRun(
                Runner.eager(device), optimizer(), broken.tracks(), broken.numbers()); // has what was saved
        descend(resumed, 5, 7);
        assertEquals(unbroken.numbers(), resumed.numbers());
        assertArrayEquals(
                unbroken.tracks().getFirst().value().bytes(),
                resumed.tracks().getFirst().value().bytes());
        for (int i = 0; i < unbroken.tracks().getFirst().state().size(); i++) {
            assertArrayEquals(
                    unbroken.tracks().getFirst().state().get(i).bytes(),
                    resumed.tracks().getFirst().state().get(i).bytes());
        }
    }

    @Test
    void partsUpdatedApartAreTheWholeUpdated() {
        var parameter = Parameter.fill("x", 1, 4, 3);
        if (!optimizer().isElementwise(parameter) || !optimizer().numbers().isEmpty()) {
            return; // numbers of the run depend on all parts
        }
        var whole = value(descend(parameter, Samples.of(DataType.FLOAT32, 1, 4, 3), 5));
        var start = Samples.of(DataType.FLOAT32, 1, 4, 3);
        for (int part = 0; part < 2; part++) {
            int from = 6 * part;
            var half = HostTensor.fill(TensorType.of(DataType.FLOAT32, 2, 3), i -> start.get(from + i));
            var updated = value(descend(Parameter.fill("x", 1, 2, 3), half, 5));
            var wanted =
                    IntStream.range(0, 6).mapToDouble(i -> whole.get(from + i)).toArray();
            assertArrayEquals(wanted, updated.values());
        }
    }

    @TestFactory
    Stream<DynamicTest> recordedTrajectoriesAreFollowed() {
        return trajectories().stream()
                .flatMap(trajectory -> Stream.of(DataType.FLOAT64, DataType.FLOAT32)
                        .map(type -> DynamicTest.dynamicTest(
                                trajectory.id() + " in " + type,
                                () -> follow(trajectory, Runner.eager(device), type))));
    }

    /** The same on another device, with compiled updates: for where plug-ins and backends meet. */
    public final Stream<DynamicTest> trajectoriesAreFollowed(Device other, Compiler compiler, DataType type) {
        return trajectories().stream()
                .map(trajectory -> DynamicTest.dynamicTest(trajectory.id(), () -> {
                    try (var runner = Runner.compiled(other, compiler)) {
                        follow(trajectory, runner, type);
                    }
                }));
    }

    private void follow(OptimizerTrajectory trajectory, Runner runner, DataType type) {
        trajectory.check(optimizer(trajectory), runner, type, decaysVectors(trajectory));
    }

    /** After steps down x^2 / 2, whose gradient is x. */
    private OptimizerRun descend(Parameter parameter, HostTensor start, int steps) {
        var run = OptimizerRun.of(Runner.eager(device), optimizer(), parameter, start);
        descend(run, 1, steps);
        return run;
    }

    private static void descend(OptimizerRun run, int from, int to) {
        long every = run.optimizer().observesEvery();
        for (int step = from; step <= to; step++) {
            if (every > 0 && (step - 1) % every == 0) {
                run.observe(1, OptimizerRun.Track::value);
            }
            run.step(step, OptimizerRun.Track::value);
        }
    }

    private static HostTensor value(OptimizerRun run) {
        return run.tracks().getFirst().value();
    }

    private static double squares(HostTensor x) {
        return Arrays.stream(x.values()).map(v -> v * v / 2).sum();
    }
}
