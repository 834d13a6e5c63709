package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.device.Device;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
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

    /** Whether vectors decay in a trajectory; see {@link OptimizerTrajectory#check}. */
    protected boolean decaysVectors(OptimizerTrajectory trajectory) {
        return true;
    }

    @BeforeEach
    final void openDevice() {
        device = Oracle.find().open();
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
                var program = traced(parameter, type, types);
                var outputs = program.outputs().stream()
                        .map(o -> program.type(o.value()))
                        .toList();
                assertEquals(new TensorType(type, parameter.shape()), outputs.get(0));
                assertEquals(types, outputs.subList(1, outputs.size()));
                assertEquals(program.toString(), traced(parameter, type, types).toString());
            }
        }
    }

    private Program traced(Parameter parameter, DataType type, List<TensorType> state) {
        var value = new TensorType(type, parameter.shape());
        var scalar = TensorType.of(DataType.FLOAT64);
        var inputs = Stream.concat(Stream.of(scalar, scalar, value, value), state.stream())
                .toList();
        return Program.trace("update", inputs, in -> {
            var step = new Optimizer.Step(in.get(0), in.get(1));
            var update = optimizer().update(parameter, in.get(2), in.get(3), in.subList(4, in.size()), step);
            return Stream.concat(Stream.of(update.value()), update.state().stream())
                    .map(Tensor.class::cast)
                    .toList();
        });
    }

    @Test
    void aSquareFalls() {
        var parameter = Parameter.fill("x", 1, 3, 5);
        var start = Samples.of(DataType.FLOAT64, 1, 3, 5);
        double first = squares(start);
        var path = descend(parameter, start, 50);
        double last = squares(path.get(0));
        assertTrue(last < 0.9 * first, "half the sum of squares was " + first + " and is " + last + " after 50 steps");
    }

    @Test
    void noGradientGivesFiniteNumbers() {
        var parameter = Parameter.fill("x", 1, 3, 5);
        var value = new HostTensor(TensorType.of(DataType.FLOAT32, 3, 5));
        var state = initial(parameter, DataType.FLOAT32);
        for (int step = 1; step <= 3; step++) {
            var updated = OptimizerSteps.step(device, optimizer(), parameter, value, value, state, step);
            for (var tensor : updated) {
                assertFalse(Arrays.stream(tensor.values()).anyMatch(x -> !Double.isFinite(x)), tensor.toString());
            }
            state = updated.subList(1, updated.size());
        }
    }

    @Test
    void savedStateGoesOnBitForBit() {
        var parameter = Parameter.fill("x", 1, 3, 5);
        var start = Samples.of(DataType.FLOAT32, 1, 3, 5);
        var unbroken = descend(parameter, start, 7);
        var path = descend(parameter, start, 4);
        for (int step = 5; step <= 7; step++) { // with another instance, which has only what was saved
            var value = path.get(0);
            path = OptimizerSteps.step(
                    device, optimizer(), parameter, value, value, path.subList(1, path.size()), step);
        }
        for (int i = 0; i < path.size(); i++) {
            assertArrayEquals(unbroken.get(i).bytes(), path.get(i).bytes());
        }
    }

    @Test
    void partsUpdatedApartAreTheWholeUpdated() {
        var parameter = Parameter.fill("x", 1, 4, 3);
        if (!optimizer().isElementwise(parameter)) {
            return;
        }
        var whole = descend(parameter, Samples.of(DataType.FLOAT32, 1, 4, 3), 5);
        var start = Samples.of(DataType.FLOAT32, 1, 4, 3);
        for (int part = 0; part < 2; part++) {
            int from = 6 * part;
            var half = HostTensor.fill(TensorType.of(DataType.FLOAT32, 2, 3), i -> start.get(from + i));
            var updated = descend(Parameter.fill("x", 1, 2, 3), half, 5).get(0);
            var wanted = IntStream.range(0, 6)
                    .mapToDouble(i -> whole.get(0).get(from + i))
                    .toArray();
            assertArrayEquals(wanted, updated.values());
        }
    }

    @TestFactory
    Stream<DynamicTest> recordedTrajectoriesAreFollowed() {
        return trajectories().stream()
                .flatMap(trajectory -> Stream.of(DataType.FLOAT64, DataType.FLOAT32)
                        .map(type -> DynamicTest.dynamicTest(
                                trajectory.id() + " in " + type,
                                () -> trajectory.check(
                                        optimizer(trajectory), device, type, decaysVectors(trajectory)))));
    }

    /** Value and state after steps down x^2 / 2, whose gradient is x. */
    private List<HostTensor> descend(Parameter parameter, HostTensor start, int steps) {
        var value = start;
        var state = initial(parameter, start.type().type());
        List<HostTensor> path = List.of();
        var optimizer = optimizer();
        for (int step = 1; step <= steps; step++) {
            path = OptimizerSteps.step(device, optimizer, parameter, value, value, state, step);
            value = path.get(0);
            state = path.subList(1, path.size());
        }
        return path;
    }

    private List<HostTensor> initial(Parameter parameter, DataType type) {
        return optimizer().state(parameter, type).stream()
                .map(s -> HostTensor.of(s.type(), s.initial()))
                .toList();
    }

    private static double squares(HostTensor x) {
        return Arrays.stream(x.values()).map(v -> v * v / 2).sum();
    }
}
