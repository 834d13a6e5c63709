package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.device.Executable;
import org.borealis.model.ModelFamily;
import org.borealis.parallel.Held;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.tensor.Collective.AllToAll;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AuxiliaryLoss;
import org.borealis.tensor.composite.Combine;
import org.borealis.tensor.composite.Dispatch;
import org.borealis.tensor.composite.ExpertSlots;
import org.borealis.tensor.composite.TopK;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Models whose tokens go to experts. */
class ExpertsTest {
    private static final int ROWS = 2;
    /** Of central differences; see GradientTest. */
    private static final double STEP = 1e-5;

    private record Case(Composite op, List<TensorType> inputs) {}

    private static TensorType f64(int... sizes) {
        return TensorType.of(DataType.FLOAT64, sizes);
    }

    private static TensorType i32(int... sizes) {
        return TensorType.of(DataType.INT32, sizes);
    }

    private static List<Case> batched(int rows) {
        return List.of(
                new Case(new ExpertSlots(3, 2), List.of(i32(rows, 5, 2))),
                new Case(new Dispatch(), List.of(f64(rows, 5, 4), i32(rows, 6), i32(rows, 5, 2))),
                new Case(new Dispatch.Gradient(), List.of(f64(rows, 6, 4), i32(rows, 5, 2))),
                new Case(new Combine(), List.of(f64(rows, 6, 4), f64(rows, 5, 2), i32(rows, 5, 2), i32(rows, 6))),
                new Case(
                        new Combine.Gradient(),
                        List.of(f64(rows, 5, 4), f64(rows, 6, 4), f64(rows, 5, 2), i32(rows, 5, 2), i32(rows, 6))));
    }

    @TestFactory
    Stream<DynamicTest> whatIsBatchedWorksOnEachSequenceAlone() {
        int rows = 3;
        return IntStream.range(0, batched(1).size()).mapToObj(index -> {
            var all = batched(rows).get(index);
            var one = batched(1).get(index);
            return dynamicTest(all.op().label(), () -> {
                assertTrue(all.op().isBatched());
                var inputs = samples(all.inputs());
                try (var numbers = new Numbers()) {
                    var together = numbers.run(Program.trace("all", all.inputs(), all.op()::decompose), inputs);
                    for (int row = 0; row < rows; row++) {
                        int r = row;
                        var own = inputs.stream().map(x -> part(x, r, rows)).toList();
                        var alone = numbers.run(Program.trace("one", one.inputs(), one.op()::decompose), own);
                        for (int i = 0; i < alone.size(); i++) {
                            assertArrayEquals(alone.get(i), part(together.get(i), row, rows), "sequence " + row);
                        }
                    }
                }
            });
        });
    }

    private static double[] part(double[] values, int part, int parts) {
        int length = values.length / parts;
        return Arrays.copyOfRange(values, part * length, (part + 1) * length);
    }

    /** Waves, and for integers numbers of up to 3. */
    private static List<double[]> samples(List<TensorType> types) {
        var samples = new ArrayList<double[]>();
        for (var type : types) {
            int seed = samples.size();
            boolean isFloat = type.type().isFloat();
            samples.add(IntStream.range(0, Math.toIntExact(type.shape().elements()))
                    .mapToDouble(i -> isFloat ? 0.6 * Math.sin(1.3 * i + 0.7 * seed + 0.2) : (7 * i + i / 3) % 3)
                    .toArray());
        }
        return samples;
    }

    private static List<double[]> inputs(Program program) {
        return samples(program.inputs().stream().map(Program.Input::type).toList());
    }

    @Test
    void gradientsOfAModelWithExpertsAreWhatFiniteDifferencesSay() {
        var model = Models.mixture(2, 8, 5, 0);
        check(Models.loss("loss", model, DataType.FLOAT64, ROWS), gradients(model));
    }

    @Test
    void theAuxiliaryLossAddsTheGradientOfTheImbalanceAndNoValue() {
        var with = Models.mixture(2, 8, 5, 0.3);
        var without = Models.mixture(2, 8, 5, 0);
        var forward = Models.loss("loss", with, DataType.FLOAT64, ROWS);
        try (var numbers = new Numbers()) {
            assertArrayEquals(
                    numbers.run(Models.loss("loss", without, DataType.FLOAT64, ROWS), inputs(forward))
                            .get(0),
                    numbers.run(forward, inputs(forward)).get(0));
            var one = numbers.run(gradients(with), inputs(forward));
            var other = numbers.run(gradients(without), inputs(forward));
            var difference = new ArrayList<double[]>();
            for (int i = 0; i < one.size(); i++) {
                var a = one.get(i);
                var b = other.get(i);
                difference.add(IntStream.range(0, a.length)
                        .mapToDouble(k -> a[k] - b[k])
                        .toArray());
            }
            compare(numbers, imbalance(forward), difference);
        }
    }

    /** The program that hands out the second operand of the auxiliary loss. */
    private static Program imbalance(Program forward) {
        var joined = forward.nodes().stream()
                .filter(node -> node.op() instanceof AuxiliaryLoss)
                .findFirst()
                .orElseThrow();
        var output = new Program.Output("loss", joined.inputs().get(1));
        return new Program("imbalance", forward.inputs(), forward.nodes(), List.of(output));
    }

    private static Program gradients(ModelFamily model) {
        return Models.gradients(model, DataType.FLOAT64, ROWS);
    }

    private static void check(Program loss, Program gradients) {
        try (var numbers = new Numbers()) {
            compare(numbers, loss, numbers.run(gradients, inputs(loss)));
        }
    }

    /** @param gradients the loss, which is not looked at, and what came of each input that is no token */
    private static void compare(Numbers numbers, Program loss, List<double[]> gradients) {
        var inputs = inputs(loss);
        var names = loss.inputs().stream().map(Program.Input::name).toList();
        try (var executable = new ProgramCompiler().compile(numbers.device(), loss, Map.of())) {
            for (int i = 0; i < inputs.size(); i++) {
                numbers.write(executable.slot(names.get(i)), inputs.get(i));
            }
            for (int w = 0; w < inputs.size() - 2; w++) {
                var x = inputs.get(w);
                for (int k = 0; k < x.length; k += Math.max(1, x.length / 7)) {
                    double wanted = difference(numbers, executable, names.get(w), x, k);
                    double got = gradients.get(1 + w)[k];
                    assertEquals(wanted, got, 1e-8 * Math.max(1, Math.abs(wanted)), names.get(w) + " at " + k);
                }
            }
        }
    }

    private static double difference(Numbers numbers, Executable executable, String name, double[] x, int k) {
        double here = x[k];
        x[k] = here + STEP;
        double above = value(numbers, executable, name, x);
        x[k] = here - STEP;
        double below = value(numbers, executable, name, x);
        x[k] = here;
        numbers.write(executable.slot(name), x);
        return (above - below) / (2 * STEP);
    }

    private static double value(Numbers numbers, Executable executable, String name, double[] x) {
        numbers.write(executable.slot(name), x);
        executable.run();
        return numbers.read(executable.slot("loss"))[0];
    }

    @Test
    void inMixedPrecisionTheRouterDecidesInFloat32AndExpertsWorkInTheNarrowType() {
        var program = Precision.of(
                Models.loss("loss", Models.mixture(1, 8, 6, 0.01), DataType.FLOAT32, ROWS), DataType.BFLOAT16);
        var decided = program.nodes().stream()
                .filter(node -> node.op() instanceof TopK)
                .map(node -> program.type(node.inputs().get(0)).type())
                .toList();
        assertEquals(List.of(DataType.FLOAT32), decided);
        var worked = program.nodes().stream()
                .filter(node -> node.op() instanceof MatMul
                        && node.outputs().get(0).shape().rank() == 3)
                .map(node -> node.outputs().get(0).type())
                .toList();
        assertEquals(Collections.nCopies(3, DataType.BFLOAT16), worked);
    }

    @Test
    void ranksExchangeTokensFourTimesALayer() {
        var model = Models.mixture(1, 8, 6, 0.01);
        var held = model.parameters().stream()
                .collect(Collectors.toMap(
                        p -> p.name(), p -> new Held(Held.Role.PARAMETER, p.name(), p.shape(), p.dims())));
        var spread = new Spread(Mesh.parse("expert=2"), Map.of("expert", Strategies.expert()), false);
        var program = new ProgramCompiler()
                .partition(
                        Models.gradients(model, DataType.FLOAT32, ROWS),
                        spread,
                        new Signature(held, Set.of("tokens", "targets"), true));
        var exchanged = program.nodes().stream()
                .filter(node -> node.op() instanceof AllToAll)
                .map(node -> node.outputs().get(0).shape().elements())
                .toList();
        // to the experts and back, and so their gradients: 4 experts, 3 slots of each for a sequence, 8 channels
        assertEquals(Collections.nCopies(4, 4 * 3 * 8L), exchanged);
    }
}
