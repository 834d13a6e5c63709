package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.borealis.device.Compiler.Draft;
import org.borealis.device.Device;
import org.borealis.device.Footprint;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.LayerEnd;
import org.junit.jupiter.api.Test;

class RematerialiseTest {
    private static final Rematerialisation NONE = new Rematerialisation.None();
    private static final Rematerialisation SELECTIVE = new Rematerialisation.Selective();
    private static final Rematerialisation FULL = new Rematerialisation.Every(1);

    private final ProgramCompiler compiler = new ProgramCompiler();

    private Program gradients(ModelFamily model, int rows, Rematerialisation policy) {
        return compiler.rematerialise(Models.gradients(model, DataType.FLOAT32, rows), "loss", policy);
    }

    /** A layer cos(tanh(x w)) between two marks, and its gradient. */
    private static Program layers() {
        var builder = new Program.Builder("layers");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 2, 3));
        var w = builder.input("w", TensorType.of(DataType.FLOAT32, 3, 3));
        var hidden = LayerEnd.mark("in", x.negate());
        hidden = LayerEnd.mark("layer", hidden.matmul(w).tanh().cos());
        builder.output("loss", hidden.sum());
        return Differentiate.of(builder.build(), "loss", List.of("w"));
    }

    @Test
    void theForwardPassStaysAsItIs() {
        assertEquals(
                """
                program layers
                  %0 = input x : f32[2, 3]
                  %1 = input w : f32[3, 3]
                  %2 = Unary(NEGATE) %0 : f32[2, 3]
                  %3 = LayerEnd(in) %2 : f32[2, 3]
                  %4 = MatMul(false, false) %3 %1 : f32[2, 3]
                  %5 = Unary(TANH) %4 : f32[2, 3]
                  %6 = Unary(COS) %5 : f32[2, 3]
                  %7 = LayerEnd(layer) %6 : f32[2, 3]
                  %8 = Reshape([6]) %7 : f32[6]
                  %9 = Reduce(SUM, 0) %8 : f32[1]
                  %10 = Reshape([]) %9 : f32[]
                  %11 = Constant(1.0) : f32[]
                  %12 = Reshape([1]) %11 : f32[1]
                  %13 = Broadcast([6]) %12 : f32[6]
                  %14 = Reshape([2, 3]) %13 : f32[2, 3]
                """, compiler.rematerialise(layers(), "loss", FULL).toString().split("  %15")[0]);
    }

    @Test
    void whatLiesBetweenLayerEndsIsComputedAgainFromTheFirstOfThem() {
        assertEquals(
                """
                 = Again %3 : f32[2, 3]
                  %16 = MatMul(false, false) %15 %1 : f32[2, 3]
                  %17 = Unary(TANH) %16 : f32[2, 3]
                  %18 = Unary(SIN) %17 : f32[2, 3]
                  %19 = Binary(MULTIPLY) %14 %18 : f32[2, 3]
                  %20 = Unary(NEGATE) %19 : f32[2, 3]
                  %21 = Binary(MULTIPLY) %20 %17 : f32[2, 3]
                  %22 = Binary(MULTIPLY) %21 %17 : f32[2, 3]
                  %23 = Binary(SUBTRACT) %20 %22 : f32[2, 3]
                  %24 = MatMul(true, false) %15 %23 : f32[3, 3]
                  output loss %10
                  output gradient.w %24
                """, compiler.rematerialise(layers(), "loss", FULL).toString().split("  %15")[1]);
    }

    @Test
    void selectiveKeepsTheProduct() {
        assertEquals(
                """
                 = Again %4 : f32[2, 3]
                  %16 = Unary(TANH) %15 : f32[2, 3]
                  %17 = Unary(SIN) %16 : f32[2, 3]
                  %18 = Binary(MULTIPLY) %14 %17 : f32[2, 3]
                  %19 = Unary(NEGATE) %18 : f32[2, 3]
                  %20 = Binary(MULTIPLY) %19 %16 : f32[2, 3]
                  %21 = Binary(MULTIPLY) %20 %16 : f32[2, 3]
                  %22 = Binary(SUBTRACT) %19 %21 : f32[2, 3]
                  %23 = Again %3 : f32[2, 3]
                  %24 = MatMul(true, false) %23 %22 : f32[3, 3]
                  output loss %10
                  output gradient.w %24
                """,
                compiler.rematerialise(layers(), "loss", SELECTIVE).toString().split("  %15")[1]);
    }

    @Test
    void withNoneAProgramStaysAsItIs() {
        var program = layers();
        assertSame(program, compiler.rematerialise(program, "loss", NONE));
    }

    @Test
    void aModelWithoutLayerEndsKeepsAll() {
        var builder = new Program.Builder("plain");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 4));
        builder.output("loss", x.exp().tanh().sum());
        var program = Differentiate.of(builder.build(), "loss", List.of("x"));
        assertEquals(
                program.toString(),
                compiler.rematerialise(program, "loss", FULL).toString());
        assertEquals(
                program.toString(),
                compiler.rematerialise(program, "loss", SELECTIVE).toString());
    }

    @Test
    void lossAndGradientsAreTheSameBitForBit() {
        for (var model : List.of(Models.gpt(3, 8, 5), Models.llama(3, 8, 5))) {
            var wanted = results(gradients(model, 2, NONE));
            for (var policy : List.of(SELECTIVE, FULL, new Rematerialisation.Every(2))) {
                var found = results(gradients(model, 2, policy));
                assertEquals(wanted.size(), found.size());
                for (int i = 0; i < wanted.size(); i++) {
                    assertArrayEquals(wanted.get(i), found.get(i), policy + ", output " + i);
                }
            }
        }
    }

    private static List<double[]> results(Program program) {
        var random = new Random(1);
        var inputs = new ArrayList<double[]>();
        for (var input : program.inputs()) {
            boolean isFloat = input.type().type().isFloat();
            inputs.add(random.doubles(input.type().shape().elements())
                    .map(d -> isFloat ? d - 0.5 : Math.floor(d * 64))
                    .toArray());
        }
        try (var numbers = new Numbers()) {
            return numbers.run(program, inputs);
        }
    }

    /** 12 layers of 64 channels on 4 x 32 tokens. What is left is the ends of layers and one layer, whose gradients come on top. */
    @Test
    void fullLeavesTheEndsOfLayersAndOneLayer() {
        long end = 4 * 32 * 64 * Float.BYTES;
        var model = Models.gpt(12, 64, 32);
        for (var device : devices()) {
            long none = workspace(device, model, NONE);
            long full = workspace(device, model, FULL);
            assertTrue(full < 13 * end + 1.5 * none / 12, none + ", now " + full);
            assertTrue(full < none / 5, none + ", now " + full);
        }
    }

    @Test
    void selectiveAndEveryLieInBetween() {
        for (var model : List.of(Models.gpt(12, 64, 32), Models.llama(12, 64, 32))) {
            for (var device : devices()) {
                long none = workspace(device, model, NONE);
                long full = workspace(device, model, FULL);
                long selective = workspace(device, model, SELECTIVE);
                long every = workspace(device, model, new Rematerialisation.Every(3));
                assertTrue(selective < 0.75 * none, none + ", now " + selective);
                assertTrue(full < every && every < 0.4 * none, none + ", now " + every + ", full " + full);
                assertTrue(full < selective, selective + ", full " + full);
            }
        }
    }

    /** One that opens every composite, and one that opens none. */
    private static List<Device> devices() {
        return List.of(new Numbers().device(), new Claimant());
    }

    private long workspace(Device device, ModelFamily model, Rematerialisation policy) {
        var footprint = plan(device, gradients(model, 4, policy));
        return footprint.activations() + footprint.workspace();
    }

    @Test
    void whatWaitsForTheBackwardPassIsToldApart() {
        var model = Models.gpt(12, 64, 32);
        var none = plan(new Claimant(), gradients(model, 4, NONE));
        assertTrue(none.activations() > 20 * none.workspace(), none.toString());
        var full = plan(new Claimant(), gradients(model, 4, FULL));
        assertEquals(
                12 * 4 * 32 * 64 * Float.BYTES, full.activations(), "at the end of the last layer all others wait");
        var norm = Models.gradients(model, DataType.FLOAT32, 4);
        assertEquals(
                0,
                compiler.plan(new Claimant(), List.of(new Draft(norm, Set.of())), "none of that name")
                        .activations());
    }

    @Test
    void thePlanIsWhatIsThenAllocated() {
        var program = gradients(Models.gpt(2, 8, 5), 2, FULL);
        try (var numbers = new Numbers();
                var executable = compiler.compile(numbers.device(), program, Map.of())) {
            var planned = compiler.plan(numbers.device(), List.of(new Draft(program, Set.of())), "loss");
            assertEquals(executable.workspaceBytes(), planned.activations() + planned.workspace());
            assertTrue(planned.other() >= inputBytes(program), planned.toString());
        }
    }

    private static long inputBytes(Program program) {
        return program.inputs().stream()
                .mapToLong(input -> input.type().bytes())
                .sum();
    }

    private Footprint plan(Device device, Program program) {
        Set<String> bound = Stream.concat(
                        program.inputs().stream().map(Program.Input::name),
                        program.outputs().stream().map(Program.Output::name))
                .collect(Collectors.toSet());
        return compiler.plan(device, List.of(new Draft(program, bound)), "loss");
    }
}
