package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.Fusion;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.RmsNorm;
import org.junit.jupiter.api.Test;

/** What fusion makes of programs, as text: the program, then the bodies of its fusions. */
class FuseTest {
    private static final TensorType NUMBER = TensorType.of(DataType.FLOAT64);

    private static TensorType f32(int... sizes) {
        return TensorType.of(DataType.FLOAT32, sizes);
    }

    private static Program fused(Program program) {
        var lowered = Lower.of(program, (op, types) -> false);
        return Fuse.of(Prune.of(Share.near(lowered)), (op, types) -> true).orElseThrow();
    }

    private static List<Fusion> fusions(Program program) {
        return program.nodes().stream()
                .filter(node -> node.op() instanceof Fusion)
                .map(node -> (Fusion) node.op())
                .toList();
    }

    private static String text(Program program) {
        var text = new StringBuilder(program.toString());
        fusions(program).stream().map(Fusion::body).distinct().forEach(text::append);
        return text.toString();
    }

    /** AdamW of parameters of these types, with the gradient scaled before. */
    static Program adamW(TensorType... types) {
        var builder = new Program.Builder("update");
        var scale = builder.input("scale", NUMBER);
        var number = builder.input("number", NUMBER);
        var rate = builder.input("rate", NUMBER);
        var operands = new ArrayList<List<Tensor>>();
        for (int i = 0; i < types.length; i++) {
            var tensors = new ArrayList<Tensor>();
            for (var name : List.of("parameter", "gradient", "first", "second")) {
                tensors.add(builder.input(name + i, types[i]));
            }
            operands.add(tensors);
        }
        for (int i = 0; i < types.length; i++) {
            var in = operands.get(i);
            var gradient = in.get(1).times(scale.as(in.get(1).type().type()));
            var out = in.get(0)
                    .apply(new AdamStep(0.9, 0.95, 1e-8, 0.1, true), gradient, in.get(2), in.get(3), rate, number);
            builder.replace("parameter" + i, in.get(0), out.get(0));
            builder.replace("first" + i, in.get(2), out.get(1));
            builder.replace("second" + i, in.get(3), out.get(2));
        }
        return builder.build();
    }

    @Test
    void updatesOfTwoParametersAreAFusionEachAndScalarsOneThatBothRead() {
        assertEquals("""
                program update
                  %0 = input scale : f64[]
                  %1 = input number : f64[]
                  %2 = input rate : f64[]
                  %3 = input parameter0 : f32[5]
                  %4 = input gradient0 : f32[5]
                  %5 = input first0 : f32[5]
                  %6 = input second0 : f32[5]
                  %7 = input parameter1 : f32[5]
                  %8 = input gradient1 : f32[5]
                  %9 = input first1 : f32[5]
                  %10 = input second1 : f32[5]
                  %11 = Convert(FLOAT32) %0 : f32[]
                  %12 = Reshape([1]) %11 : f32[1]
                  %13, %14, %15 = Fusion(Constant(-0.1) Binary(MULTIPLY) Constant(1.0) Binary(ADD) Convert(FLOAT32) Constant(0.9) Binary(POWER) Unary(NEGATE) Binary(ADD) Constant(0.95) Binary(POWER) Unary(NEGATE) Binary(ADD) Unary(SQRT) Convert(FLOAT32) Binary(DIVIDE) Convert(FLOAT32)) %2 %1 : f32[], f32[], f32[]
                  %16 = Reshape([1]) %13 : f32[1]
                  %17 = Reshape([1]) %14 : f32[1]
                  %18 = Reshape([1]) %15 : f32[1]
                  %19, %20, %21 = Fusion(Binary(MULTIPLY) Binary(MULTIPLY) Constant(0.9) Binary(MULTIPLY) Constant(0.09999999999999998) Binary(MULTIPLY) Binary(ADD) Constant(0.95) Binary(MULTIPLY) Binary(MULTIPLY) Constant(0.050000000000000044) Binary(MULTIPLY) Binary(ADD) Unary(SQRT) Binary(DIVIDE) Constant(1.0E-8) Binary(ADD) Binary(DIVIDE) Binary(MULTIPLY) Binary(SUBTRACT)) %4 %12 %3 %16 %5 %6 %17 %18 : f32[5], f32[5], f32[5]
                  %22, %23, %24 = Fusion(Binary(MULTIPLY) Binary(MULTIPLY) Constant(0.9) Binary(MULTIPLY) Constant(0.09999999999999998) Binary(MULTIPLY) Binary(ADD) Constant(0.95) Binary(MULTIPLY) Binary(MULTIPLY) Constant(0.050000000000000044) Binary(MULTIPLY) Binary(ADD) Unary(SQRT) Binary(DIVIDE) Constant(1.0E-8) Binary(ADD) Binary(DIVIDE) Binary(MULTIPLY) Binary(SUBTRACT)) %8 %12 %7 %16 %9 %10 %17 %18 : f32[5], f32[5], f32[5]
                  output parameter0 %21 replaces parameter0
                  output first0 %19 replaces first0
                  output second0 %20 replaces second0
                  output parameter1 %24 replaces parameter1
                  output first1 %22 replaces first1
                  output second1 %23 replaces second1
                program fusion
                  %0 = input in0 : f64[]
                  %1 = input in1 : f64[]
                  %2 = Constant(-0.1) : f64[]
                  %3 = Binary(MULTIPLY) %0 %2 : f64[]
                  %4 = Constant(1.0) : f64[]
                  %5 = Binary(ADD) %3 %4 : f64[]
                  %6 = Convert(FLOAT32) %5 : f32[]
                  %7 = Constant(0.9) : f64[]
                  %8 = Binary(POWER) %7 %1 : f64[]
                  %9 = Unary(NEGATE) %8 : f64[]
                  %10 = Binary(ADD) %9 %4 : f64[]
                  %11 = Constant(0.95) : f64[]
                  %12 = Binary(POWER) %11 %1 : f64[]
                  %13 = Unary(NEGATE) %12 : f64[]
                  %14 = Binary(ADD) %13 %4 : f64[]
                  %15 = Unary(SQRT) %14 : f64[]
                  %16 = Convert(FLOAT32) %15 : f32[]
                  %17 = Binary(DIVIDE) %0 %10 : f64[]
                  %18 = Convert(FLOAT32) %17 : f32[]
                  output out0 %6
                  output out1 %16
                  output out2 %18
                program fusion
                  %0 = input in0 : f32[5]
                  %1 = input in1 : f32[1]
                  %2 = input in2 : f32[5]
                  %3 = input in3 : f32[1]
                  %4 = input in4 : f32[5]
                  %5 = input in5 : f32[5]
                  %6 = input in6 : f32[1]
                  %7 = input in7 : f32[1]
                  %8 = Binary(MULTIPLY) %0 %1 : f32[5]
                  %9 = Binary(MULTIPLY) %2 %3 : f32[5]
                  %10 = Constant(0.9) : f32[1]
                  %11 = Binary(MULTIPLY) %4 %10 : f32[5]
                  %12 = Constant(0.09999999999999998) : f32[1]
                  %13 = Binary(MULTIPLY) %8 %12 : f32[5]
                  %14 = Binary(ADD) %11 %13 : f32[5]
                  %15 = Constant(0.95) : f32[1]
                  %16 = Binary(MULTIPLY) %5 %15 : f32[5]
                  %17 = Binary(MULTIPLY) %8 %8 : f32[5]
                  %18 = Constant(0.050000000000000044) : f32[1]
                  %19 = Binary(MULTIPLY) %17 %18 : f32[5]
                  %20 = Binary(ADD) %16 %19 : f32[5]
                  %21 = Unary(SQRT) %20 : f32[5]
                  %22 = Binary(DIVIDE) %21 %6 : f32[5]
                  %23 = Constant(1.0E-8) : f32[1]
                  %24 = Binary(ADD) %22 %23 : f32[5]
                  %25 = Binary(DIVIDE) %14 %24 : f32[5]
                  %26 = Binary(MULTIPLY) %25 %7 : f32[5]
                  %27 = Binary(SUBTRACT) %9 %26 : f32[5]
                  output out0 %14
                  output out1 %20
                  output out2 %27
                """, text(fused(adamW(f32(5), f32(5)))));
    }

    @Test
    void updateNeedsNoMemoryButForItsScalars() {
        var program = fused(adamW(f32(129), f32(7, 3)));
        var plan = MemoryPlan.of(program, Set.of());
        assertEquals(List.of(), plan.copies());
        assertTrue(plan.workspaceBytes() < 1024, "workspace of " + plan.workspaceBytes() + " bytes");
        for (var output : program.outputs()) {
            assertEquals(
                    plan.places().get(output.replaces().orElseThrow()),
                    plan.places().get(output.value()),
                    output.name() + " has moved");
        }
    }

    @Test
    void normIsAFusionOfRows() {
        var builder = new Program.Builder("norm");
        var x = builder.input("x", f32(2, 5, 3));
        var weight = builder.input("weight", f32(3));
        builder.output("y", x.apply(new RmsNorm(1e-5), weight).get(0));
        assertEquals("""
                program norm
                  %0 = input x : f32[2, 5, 3]
                  %1 = input weight : f32[3]
                  %2 = Reshape([1, 1, 3]) %1 : f32[1, 1, 3]
                  %3 = Fusion(Binary(MULTIPLY) Reduce(SUM, 2) Constant(0.3333333333333333) Binary(MULTIPLY) Constant(1.0E-5) Binary(ADD) Unary(RSQRT) Binary(MULTIPLY) Binary(MULTIPLY)) %0 %2 : f32[2, 5, 3]
                  output y %3
                program fusion
                  %0 = input in0 : f32[2, 5, 3]
                  %1 = input in1 : f32[1, 1, 3]
                  %2 = Binary(MULTIPLY) %0 %0 : f32[2, 5, 3]
                  %3 = Reduce(SUM, 2) %2 : f32[2, 5, 1]
                  %4 = Constant(0.3333333333333333) : f32[1, 1, 1]
                  %5 = Binary(MULTIPLY) %3 %4 : f32[2, 5, 1]
                  %6 = Constant(1.0E-5) : f32[1, 1, 1]
                  %7 = Binary(ADD) %5 %6 : f32[2, 5, 1]
                  %8 = Unary(RSQRT) %7 : f32[2, 5, 1]
                  %9 = Binary(MULTIPLY) %0 %8 : f32[2, 5, 3]
                  %10 = Binary(MULTIPLY) %9 %1 : f32[2, 5, 3]
                  output out0 %10
                """, text(fused(builder.build())));
    }

    @Test
    void softmaxIsAFusionAndItsMaskAnotherThatRunsOnce() {
        var builder = new Program.Builder("softmax");
        var x = builder.input("x", f32(2, 4, 4));
        var square = TensorType.of(DataType.INT32, 1, 4, 4);
        var seen = x.iota(1, square).less(x.iota(2, square)).not().select(x.times(0.5), x.scalar(-1e30));
        var weights = seen.minus(seen.max(-1)).exp();
        builder.output("y", weights.dividedBy(weights.sum(-1)));
        var program = fused(builder.build());
        assertEquals("""
                program softmax
                  %0 = input x : f32[2, 4, 4]
                  %1 = Fusion(Iota(1, i32[1, 4, 4]) Iota(2, i32[1, 4, 4]) Binary(LESS) Unary(NOT)) : bool[1, 4, 4]
                  %2 = Fusion(Constant(0.5) Binary(MULTIPLY) Constant(-1.0E30) Select Reduce(MAX, 2) Binary(SUBTRACT) Unary(EXP) Reduce(SUM, 2) Binary(DIVIDE)) %0 %1 : f32[2, 4, 4]
                  output y %2
                program fusion
                  %0 = Iota(1, i32[1, 4, 4]) : i32[1, 4, 4]
                  %1 = Iota(2, i32[1, 4, 4]) : i32[1, 4, 4]
                  %2 = Binary(LESS) %0 %1 : bool[1, 4, 4]
                  %3 = Unary(NOT) %2 : bool[1, 4, 4]
                  output out0 %3
                program fusion
                  %0 = input in0 : f32[2, 4, 4]
                  %1 = input in1 : bool[1, 4, 4]
                  %2 = Constant(0.5) : f32[1, 1, 1]
                  %3 = Binary(MULTIPLY) %0 %2 : f32[2, 4, 4]
                  %4 = Constant(-1.0E30) : f32[1, 1, 1]
                  %5 = Select %1 %3 %4 : f32[2, 4, 4]
                  %6 = Reduce(MAX, 2) %5 : f32[2, 4, 1]
                  %7 = Binary(SUBTRACT) %5 %6 : f32[2, 4, 4]
                  %8 = Unary(EXP) %7 : f32[2, 4, 4]
                  %9 = Reduce(SUM, 2) %8 : f32[2, 4, 1]
                  %10 = Binary(DIVIDE) %8 %9 : f32[2, 4, 4]
                  output out0 %10
                """, text(program));
        assertEquals(1, MemoryPlan.of(program, Set.of()).once().cardinality());
    }

    @Test
    void biasAndActivationAreAFusionOfPoints() {
        var builder = new Program.Builder("up");
        var x = builder.input("x", f32(2, 3, 5));
        var weight = builder.input("weight", f32(7, 5));
        var bias = builder.input("bias", f32(7));
        var up = x.linear(weight).plus(bias);
        builder.output("up", up);
        builder.output("y", up.apply(new Gelu(false)).get(0));
        assertEquals("""
                program up
                  %0 = input x : f32[2, 3, 5]
                  %1 = input weight : f32[7, 5]
                  %2 = input bias : f32[7]
                  %3 = Reshape([6, 5]) %0 : f32[6, 5]
                  %4 = MatMul(false, true) %3 %1 : f32[6, 7]
                  %5 = Reshape([2, 3, 7]) %4 : f32[2, 3, 7]
                  %6 = Reshape([1, 1, 7]) %2 : f32[1, 1, 7]
                  %7, %8 = Fusion(Binary(ADD) Constant(0.7071067811865476) Binary(MULTIPLY) Unary(ERF) Constant(1.0) Binary(ADD) Constant(0.5) Binary(MULTIPLY) Binary(MULTIPLY)) %5 %6 : f32[2, 3, 7], f32[2, 3, 7]
                  output up %7
                  output y %8
                program fusion
                  %0 = input in0 : f32[2, 3, 7]
                  %1 = input in1 : f32[1, 1, 7]
                  %2 = Binary(ADD) %0 %1 : f32[2, 3, 7]
                  %3 = Constant(0.7071067811865476) : f32[1, 1, 1]
                  %4 = Binary(MULTIPLY) %2 %3 : f32[2, 3, 7]
                  %5 = Unary(ERF) %4 : f32[2, 3, 7]
                  %6 = Constant(1.0) : f32[1, 1, 1]
                  %7 = Binary(ADD) %5 %6 : f32[2, 3, 7]
                  %8 = Constant(0.5) : f32[1, 1, 1]
                  %9 = Binary(MULTIPLY) %7 %8 : f32[2, 3, 7]
                  %10 = Binary(MULTIPLY) %2 %9 : f32[2, 3, 7]
                  output out0 %2
                  output out1 %10
                """, text(fused(builder.build())));
    }

    @Test
    void sumsOverRowsAndTotalsEndAFusion() {
        var builder = new Program.Builder("bias");
        var dy = builder.input("dy", f32(2, 5, 3));
        var y = builder.input("y", f32(2, 5, 3));
        var dx = dy.times(y);
        builder.output("dx", dx);
        builder.output("dbias", dx.reshape(10, 3).sum(0).reshape(3));
        builder.output("square", dx.times(dx).sum().as(DataType.FLOAT64));
        assertEquals("""
                program bias
                  %0 = input dy : f32[2, 5, 3]
                  %1 = input y : f32[2, 5, 3]
                  %2, %3, %4 = Fusion(Binary(MULTIPLY) Reshape([10, 3]) Reduce(SUM, 0) Binary(MULTIPLY) Reshape([30]) Reduce(SUM, 0)) %0 %1 : f32[2, 5, 3], f32[1, 3], f32[1]
                  %5 = Reshape([3]) %3 : f32[3]
                  %6 = Reshape([]) %4 : f32[]
                  %7 = Convert(FLOAT64) %6 : f64[]
                  output dx %2
                  output dbias %5
                  output square %7
                program fusion
                  %0 = input in0 : f32[2, 5, 3]
                  %1 = input in1 : f32[2, 5, 3]
                  %2 = Binary(MULTIPLY) %0 %1 : f32[2, 5, 3]
                  %3 = Reshape([10, 3]) %2 : f32[10, 3]
                  %4 = Reduce(SUM, 0) %3 : f32[1, 3]
                  %5 = Binary(MULTIPLY) %2 %2 : f32[2, 5, 3]
                  %6 = Reshape([30]) %5 : f32[30]
                  %7 = Reduce(SUM, 0) %6 : f32[1]
                  output out0 %2
                  output out1 %4
                  output out2 %7
                """, text(fused(builder.build())));
    }

    @Test
    void nodeThatAPathLeadsBackToStaysOutside() {
        var builder = new Program.Builder("diamond");
        var x = builder.input("x", f32(3, 3));
        var left = x.exp().negate();
        var right = left.matmul(x);
        builder.output("y", left.tanh().plus(right));
        assertEquals("""
                program diamond
                  %0 = input x : f32[3, 3]
                  %1, %2 = Fusion(Unary(EXP) Unary(NEGATE) Unary(TANH)) %0 : f32[3, 3], f32[3, 3]
                  %3 = MatMul(false, false) %1 %0 : f32[3, 3]
                  %4 = Binary(ADD) %2 %3 : f32[3, 3]
                  output y %4
                program fusion
                  %0 = input in0 : f32[3, 3]
                  %1 = Unary(EXP) %0 : f32[3, 3]
                  %2 = Unary(NEGATE) %1 : f32[3, 3]
                  %3 = Unary(TANH) %2 : f32[3, 3]
                  output out0 %2
                  output out1 %3
                """, text(fused(builder.build())));
    }

    @Test
    void updatesThatReadTheSameAreOneFusionThoughNeitherReadsTheOther() {
        var builder = new Program.Builder("lion");
        var parameter = builder.input("parameter", f32(5));
        var gradient = builder.input("gradient", f32(5));
        var memory = builder.input("memory", f32(5));
        var direction = memory.times(0.9).plus(gradient.times(0.1)).sign();
        builder.replace("parameter", parameter, parameter.minus(direction.times(1e-4)));
        builder.replace("memory", memory, memory.times(0.99).plus(gradient.times(0.01)));
        var program = fused(builder.build());
        assertEquals(1, program.nodes().size());
        assertEquals(List.of(), MemoryPlan.of(program, Set.of()).copies());
        assertEquals(0, MemoryPlan.of(program, Set.of()).workspaceBytes());
    }

    @Test
    void numberRepeatedByAReshapedBroadcastStaysANumber() {
        var builder = new Program.Builder("mean");
        var x = builder.input("x", f32(2, 5));
        var flow = builder.input("flow", f32());
        builder.output("y", flow.reshape(1).stretch(Shape.of(10)).reshape(2, 5).times(x));
        assertEquals("""
                program mean
                  %0 = input x : f32[2, 5]
                  %1 = input flow : f32[]
                  %2 = Fusion(Reshape([1, 1]) Broadcast([2, 5]) Binary(MULTIPLY)) %1 %0 : f32[2, 5]
                  output y %2
                program fusion
                  %0 = input in0 : f32[]
                  %1 = input in1 : f32[2, 5]
                  %2 = Reshape([1, 1]) %0 : f32[1, 1]
                  %3 = Broadcast([2, 5]) %2 : f32[2, 5]
                  %4 = Binary(MULTIPLY) %3 %1 : f32[2, 5]
                  output out0 %4
                """, text(fused(builder.build())));
    }

    @Test
    void whatIsComputedInBothPassesIsComputedTwiceRatherThanKept() {
        var builder = new Program.Builder("layers");
        var x = builder.input("x", f32(64, 64));
        var weight = builder.input("weight", f32(64, 64));
        var hidden = x;
        for (int layer = 0; layer < 8; layer++) {
            hidden = hidden.matmul(weight).apply(new Gelu(true)).get(0);
        }
        builder.output("loss", hidden.sum());
        var lowered =
                Prune.of(Lower.of(Differentiate.of(builder.build(), "loss", List.of("weight")), (op, types) -> false));
        long kept = MemoryPlan.of(Share.of(lowered), Set.of()).workspaceBytes();
        var program = Fuse.of(Share.near(lowered), (op, types) -> true).orElseThrow();
        long least = (2L * 8 + 2) * hidden.type().bytes(); // two a layer, and two to work with
        assertTrue(MemoryPlan.of(program, Set.of()).workspaceBytes() <= least, "more than " + least);
        assertTrue(kept > 2 * least, "sharing kept only " + kept);
    }

    @Test
    void deviceWithoutFusionsGetsTheProgramAsItIs() {
        assertEquals(Optional.empty(), Fuse.of(adamW(f32(5)), (op, types) -> false));
    }

    @Test
    void refusedFusionsBecomeSmallerOnes() {
        var lowered = Prune.of(Share.of(Lower.of(adamW(f32(5)), (op, types) -> false)));
        var program = Fuse.of(
                        lowered,
                        (op, types) -> op instanceof Fusion fusion
                                && fusion.body().nodes().size() <= 6)
                .orElseThrow();
        assertTrue(fusions(program).size() >= 4, program::toString);
        assertTrue(program.nodes().size() < lowered.nodes().size() / 2, program::toString);
        assertTrue(fusions(program).stream()
                .allMatch(fusion -> fusion.body().nodes().size() <= 6));
    }
}
