package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.RmsNorm;
import org.junit.jupiter.api.Test;

/** What each pass makes of a program, as text: read these to see what a pass does. */
class PassesTest {

    private static Program model() {
        var builder = new Program.Builder("model");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 2, 3));
        var weight = builder.input("weight", TensorType.of(DataType.FLOAT32, 4, 3));
        builder.output("loss", x.linear(weight).tanh().sum());
        return builder.build();
    }

    @Test
    void programPrintsAsText() {
        assertEquals("""
                program model
                  %0 = input x : f32[2, 3]
                  %1 = input weight : f32[4, 3]
                  %2 = MatMul(false, true) %0 %1 : f32[2, 4]
                  %3 = Unary(TANH) %2 : f32[2, 4]
                  %4 = Reshape([8]) %3 : f32[8]
                  %5 = Reduce(SUM, 0) %4 : f32[1]
                  %6 = Reshape([]) %5 : f32[]
                  output loss %6
                """, model().toString());
    }

    @Test
    void differentiationAppendsTheGradient() {
        assertEquals("""
                program model
                  %0 = input x : f32[2, 3]
                  %1 = input weight : f32[4, 3]
                  %2 = MatMul(false, true) %0 %1 : f32[2, 4]
                  %3 = Unary(TANH) %2 : f32[2, 4]
                  %4 = Reshape([8]) %3 : f32[8]
                  %5 = Reduce(SUM, 0) %4 : f32[1]
                  %6 = Reshape([]) %5 : f32[]
                  %7 = Constant(1.0) : f32[]
                  %8 = Reshape([1]) %7 : f32[1]
                  %9 = Broadcast([8]) %8 : f32[8]
                  %10 = Reshape([2, 4]) %9 : f32[2, 4]
                  %11 = Binary(MULTIPLY) %10 %3 : f32[2, 4]
                  %12 = Binary(MULTIPLY) %11 %3 : f32[2, 4]
                  %13 = Binary(SUBTRACT) %10 %12 : f32[2, 4]
                  %14 = MatMul(true, false) %13 %0 : f32[4, 3]
                  output loss %6
                  output gradient.weight %14
                """, Differentiate.of(model(), "loss", List.of("weight")).toString());
    }

    @Test
    void gradientsOfSlicesThatCoverATensorAreJoined() {
        var builder = new Program.Builder("split");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 2, 4));
        builder.output(
                "loss", x.slice(1, 0, 1).exp().sum().plus(x.slice(1, 1, 3).sin().sum()));
        var text = Differentiate.of(builder.build(), "loss", List.of("x")).toString();
        assertTrue(text.contains("Concatenate(1)"), text);
        assertEquals(1, text.split("Binary\\(ADD\\)", -1).length - 1, text);
    }

    @Test
    void gradientsOfOverlappingSlicesAreAdded() {
        var builder = new Program.Builder("overlap");
        var x = builder.input("x", TensorType.of(DataType.FLOAT64, 4));
        builder.output(
                "loss", x.slice(0, 0, 3).sum().plus(x.slice(0, 2, 2).times(10).sum()));
        var gradient = Differentiate.of(builder.build(), "loss", List.of("x"));
        try (var numbers = new Numbers()) {
            var results = numbers.run(gradient, List.of(new double[] {1, 2, 3, 4}));
            assertArrayEquals(new double[] {1, 1, 11, 10}, results.get(1));
        }
    }

    @Test
    void loweringOpensOnlyWhatTheDeviceDoesNotKeep() {
        var builder = new Program.Builder("norm");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 2, 3));
        var weight = builder.input("weight", TensorType.of(DataType.FLOAT32, 3));
        builder.output(
                "y",
                x.apply(new RmsNorm(1e-5), weight).get(0).apply(new Gelu(true)).get(0));
        var lowered = Prune.of(Lower.of(builder.build(), (op, types) -> op instanceof Gelu));
        assertEquals("""
                program norm
                  %0 = input x : f32[2, 3]
                  %1 = input weight : f32[3]
                  %2 = Binary(MULTIPLY) %0 %0 : f32[2, 3]
                  %3 = Reduce(SUM, 1) %2 : f32[2, 1]
                  %4 = Constant(0.3333333333333333) : f32[]
                  %5 = Reshape([1, 1]) %4 : f32[1, 1]
                  %6 = Binary(MULTIPLY) %3 %5 : f32[2, 1]
                  %7 = Constant(1.0E-5) : f32[]
                  %8 = Reshape([1, 1]) %7 : f32[1, 1]
                  %9 = Binary(ADD) %6 %8 : f32[2, 1]
                  %10 = Unary(RSQRT) %9 : f32[2, 1]
                  %11 = Binary(MULTIPLY) %0 %10 : f32[2, 3]
                  %12 = Reshape([1, 3]) %1 : f32[1, 3]
                  %13 = Binary(MULTIPLY) %11 %12 : f32[2, 3]
                  %14 = Gelu(true) %13 : f32[2, 3]
                  output y %14
                """, lowered.toString());
    }

    @Test
    void sharingComputesEqualOperationsOnce() {
        var builder = new Program.Builder("twice");
        var x = builder.input("x", TensorType.of(DataType.FLOAT64, 3));
        builder.output("y", x.times(2).exp().plus(x.times(2).exp()));
        assertEquals("""
                program twice
                  %0 = input x : f64[3]
                  %1 = Constant(2.0) : f64[]
                  %2 = Reshape([1]) %1 : f64[1]
                  %3 = Binary(MULTIPLY) %0 %2 : f64[3]
                  %4 = Unary(EXP) %3 : f64[3]
                  %5 = Binary(ADD) %4 %4 : f64[3]
                  output y %5
                """, Share.of(builder.build()).toString());
    }

    @Test
    void pruningKeepsInputsAndDropsWhatNobodyReads() {
        var builder = new Program.Builder("idle");
        var x = builder.input("x", TensorType.of(DataType.FLOAT64, 3));
        builder.input("unread", TensorType.of(DataType.FLOAT64, 3));
        x.exp().times(3);
        builder.output("y", x.negate());
        assertEquals("""
                program idle
                  %0 = input x : f64[3]
                  %1 = input unread : f64[3]
                  %2 = Unary(NEGATE) %0 : f64[3]
                  output y %2
                """, Prune.of(builder.build()).toString());
    }

    @Test
    void messageOfAWrongShapeNamesOperationShapesAndParameter() {
        var builder = new Program.Builder("wrong");
        var x = builder.input("tokens", TensorType.of(DataType.FLOAT32, 8, 64));
        var weight = builder.input("layers.3.mlp.up.weight", TensorType.of(DataType.FLOAT32, 32, 16));
        var message = assertThrows(ShapeException.class, () -> x.matmul(weight)).getMessage();
        for (var part : List.of("MatMul", "inner dims differ", "[8, 64]", "[32, 16]", "layers.3.mlp.up.weight")) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void loweredProgramComputesTheSame() {
        var input = new double[] {0.5, -1, 2, 3, 0.25, -0.125};
        try (var numbers = new Numbers()) {
            var builder = new Program.Builder("gelu");
            var x = builder.input("x", TensorType.of(DataType.FLOAT64, 6));
            builder.output("y", x.apply(new Gelu(false)).get(0));
            var whole = numbers.run(builder.build(), List.of(input.clone()));
            var lowered = numbers.run(Lower.of(builder.build(), (op, types) -> false), List.of(input.clone()));
            assertArrayEquals(whole.get(0), lowered.get(0));
        }
    }
}
