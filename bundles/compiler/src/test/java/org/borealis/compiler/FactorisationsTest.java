package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.parallel.Held;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation.Qr;
import org.borealis.tensor.composite.Factorisation.Svd;
import org.borealis.tensor.composite.Factorisation.SymmetricEigen;
import org.borealis.tensor.composite.InverseRoot;
import org.borealis.testkit.Oracle;
import org.borealis.testkit.backend.Area;
import org.borealis.testkit.backend.BackendKit;
import org.borealis.testkit.backend.Verdict;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Factorisations on a device that claims none. */
class FactorisationsTest {
    private static final Set<String> OPERATIONS =
            Set.of("Factorisation.SymmetricEigen", "Factorisation.Qr", "Factorisation.Svd");

    /** Checked as a backend's own kernels are. */
    @TestFactory
    Stream<DynamicTest> theHostsFactorisationsConform() {
        Backend completed = () -> new ProgramCompiler().complete(Oracle.find().open());
        var kit = new BackendKit(completed, Oracle.find());
        var checks = kit.checks().stream()
                .filter(check -> check.area() == Area.COMPOSITES && OPERATIONS.contains(check.op()))
                .toList();
        assertEquals(2 * OPERATIONS.size(), checks.size());
        return checks.stream()
                .map(check -> DynamicTest.dynamicTest(
                        check.sentence(),
                        () -> assertEquals(
                                List.of(),
                                check.run().stream()
                                        .filter(verdict -> !verdict.passed())
                                        .map(Verdict::complaint)
                                        .toList())))
                .onClose(kit::close);
    }

    @Test
    void aProgramRunsWhatItsDeviceDoesNotClaimOnTheHost() {
        var program = Program.trace("roots", List.of(TensorType.of(DataType.FLOAT64, 2, 2)), in -> {
            var root = in.get(0).apply(new InverseRoot(2, 0)).get(0);
            return List.of(root, in.get(0).apply(new Svd()).get(1).times(2));
        });
        try (var numbers = new Numbers()) {
            var results = numbers.run(program, List.of(new double[] {5, 4, 4, 5})); // eigenvalues 1 and 9
            assertArrayEquals(new double[] {2 / 3.0, -1 / 3.0, -1 / 3.0, 2 / 3.0}, results.get(0), 1e-15);
            assertArrayEquals(new double[] {18, 2}, results.get(1), 1e-14);
        }
    }

    @Test
    void whatIsNotFiniteIsRefused() {
        var program = Program.trace(
                "vectors",
                List.of(TensorType.of(DataType.FLOAT32, 1, 2)),
                in -> in.get(0).apply(new Qr()));
        try (var numbers = new Numbers()) {
            var refusal = assertThrows(
                    DeviceException.class, () -> numbers.run(program, List.of(new double[] {1, Double.NaN})));
            assertTrue(
                    refusal.getMessage().contains("Factorisation.Qr of f32[1, 2]: element 1 is NaN"),
                    refusal::getMessage);
        }
    }

    @Test
    void ranksThatHavePartsGatherThemFirst() {
        var program = Program.trace(
                "values",
                List.of(TensorType.of(DataType.FLOAT32, 4, 4)),
                in -> in.get(0).apply(new SymmetricEigen()).subList(0, 1));
        var kept = new Held(Held.Role.OPTIMIZER, "in0", Shape.of(4, 4), List.of());
        var spread = new Spread(Mesh.parse("data=2"), Map.of("data", Strategies.data(1)), false);
        var nodes = new ProgramCompiler()
                .partition(program, spread, new Signature(Map.of("in0", kept), Set.of(), false))
                .nodes();
        assertTrue(nodes.get(0).op() instanceof AllGather, nodes::toString);
        var whole = nodes.stream()
                .filter(node -> node.op() instanceof SymmetricEigen)
                .map(Program.Node::outputs)
                .toList();
        assertEquals(
                List.of(List.of(TensorType.of(DataType.FLOAT32, 4), TensorType.of(DataType.FLOAT32, 4, 4))), whole);
    }

    @Test
    void aGradientThroughOneIsRefused() {
        var builder = new Program.Builder("loss");
        var matrix = builder.input("matrix", TensorType.of(DataType.FLOAT32, 3, 3));
        builder.output("loss", matrix.apply(new Svd()).get(1).sum());
        var refusal = assertThrows(
                BorealisException.class,
                () -> new ProgramCompiler().differentiate(builder.build(), "loss", List.of("matrix")));
        assertTrue(
                refusal.getMessage().contains("Factorisation.Svd of [f32[3, 3]] has no gradient"), refusal::getMessage);
    }

    @Test
    void everyMethodOfADeviceGoesThrough() throws NoSuchMethodException {
        for (var method : Device.class.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                var own = CompleteDevice.class.getMethod(method.getName(), method.getParameterTypes());
                assertEquals(
                        CompleteDevice.class,
                        own.getDeclaringClass(),
                        () -> Arrays.toString(method.getParameterTypes()));
            }
        }
    }
}
