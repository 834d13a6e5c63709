package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.Collective.AllReduce;
import org.borealis.tensor.Collective.ReduceScatter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.Test;

/** Where what ranks do together ends up, as text. */
class OverlapTest {
    private static final Op SUM = new AllReduce("data", Fold.SUM);
    private static final int WIDE = 600; // f32[600, 600] is more than joins others

    private static Tensor one(Op op, Tensor x) {
        return x.apply(op).get(0);
    }

    /** The backward pass of two layers; gradients are reduced and added at its end. */
    private static Program backward(int width) {
        var builder = new Program.Builder("backward");
        var weight = TensorType.of(DataType.FLOAT32, width, width);
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 1, width));
        var second = builder.input("second", weight);
        var sum1 = builder.input("sum1", weight);
        var sum2 = builder.input("sum2", weight);
        var gradient2 = x.transpose(1, 0).matmul(x);
        var gradient1 = x.transpose(1, 0).matmul(x.matmul(second));
        builder.replace("new1", sum1, sum1.plus(one(SUM, gradient1)));
        builder.replace("new2", sum2, sum2.plus(one(SUM, gradient2)));
        return builder.build();
    }

    @Test
    void reductionBeginsRightBehindItsGradientAndIsReadWhereItWas() {
        assertEquals("""
                program backward
                  %0 = input x : f32[1, 600]
                  %1 = input second : f32[600, 600]
                  %2 = input sum1 : f32[600, 600]
                  %3 = input sum2 : f32[600, 600]
                  %4 = Transpose([1, 0]) %0 : f32[600, 1]
                  %5 = MatMul(false, false) %4 %0 : f32[600, 600]
                  %6 = AllReduce(data, SUM) %5 : f32[600, 600]
                  %7 = Transpose([1, 0]) %0 : f32[600, 1]
                  %8 = MatMul(false, false) %0 %1 : f32[1, 600]
                  %9 = MatMul(false, false) %7 %8 : f32[600, 600]
                  %10 = AllReduce(data, SUM) %9 : f32[600, 600]
                  %11 = Binary(ADD) %2 %10 : f32[600, 600]
                  %12 = Binary(ADD) %3 %6 : f32[600, 600]
                  output new1 %11 replaces sum1
                  output new2 %12 replaces sum2
                """, Overlap.of(backward(WIDE)).toString());
    }

    @Test
    void smallReductionsJoinBehindTheLastOfThem() {
        assertEquals("""
                program backward
                  %0 = input x : f32[1, 3]
                  %1 = input second : f32[3, 3]
                  %2 = input sum1 : f32[3, 3]
                  %3 = input sum2 : f32[3, 3]
                  %4 = Transpose([1, 0]) %0 : f32[3, 1]
                  %5 = MatMul(false, false) %4 %0 : f32[3, 3]
                  %6 = Transpose([1, 0]) %0 : f32[3, 1]
                  %7 = MatMul(false, false) %0 %1 : f32[1, 3]
                  %8 = MatMul(false, false) %6 %7 : f32[3, 3]
                  %9 = Reshape([9]) %5 : f32[9]
                  %10 = Reshape([9]) %8 : f32[9]
                  %11 = Concatenate(0) %9 %10 : f32[18]
                  %12 = AllReduce(data, SUM) %11 : f32[18]
                  %13 = Slice(0, 9, 9) %12 : f32[9]
                  %14 = Reshape([3, 3]) %13 : f32[3, 3]
                  %15 = Binary(ADD) %2 %14 : f32[3, 3]
                  %16 = Slice(0, 0, 9) %12 : f32[9]
                  %17 = Reshape([3, 3]) %16 : f32[3, 3]
                  %18 = Binary(ADD) %3 %17 : f32[3, 3]
                  output new1 %15 replaces sum1
                  output new2 %18 replaces sum2
                """, Overlap.of(backward(3)).toString());
    }

    @Test
    void partsOfSeveralTensorsAreReducedTogether() {
        var builder = new Program.Builder("parts");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 2, 3));
        var y = builder.input("y", TensorType.of(DataType.FLOAT32, 2, 2, 2));
        var op = new ReduceScatter("data", 2);
        builder.output("sumX", one(op, x.tanh()));
        builder.output("sumY", one(op, y.tanh()));
        assertEquals("""
                program parts
                  %0 = input x : f32[2, 3]
                  %1 = input y : f32[2, 2, 2]
                  %2 = Unary(TANH) %0 : f32[2, 3]
                  %3 = Unary(TANH) %1 : f32[2, 2, 2]
                  %4 = Reshape([2, 4]) %3 : f32[2, 4]
                  %5 = Concatenate(1) %2 %4 : f32[2, 7]
                  %6 = ReduceScatter(data, 2) %5 : f32[7]
                  %7 = Slice(0, 0, 3) %6 : f32[3]
                  %8 = Slice(0, 3, 4) %6 : f32[4]
                  %9 = Reshape([2, 2]) %8 : f32[2, 2]
                  output sumX %7
                  output sumY %9
                """, Overlap.of(builder.build()).toString());
    }

    @Test
    void whatDependsOnAReductionDoesNotJoinIt() {
        var builder = new Program.Builder("chain");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 3));
        builder.output("y", one(SUM, one(SUM, x.tanh()).reshape(3, 1).tanh().reshape(3)));
        assertEquals(2, count(Overlap.of(builder.build()), AllReduce.class));
    }

    /** A chain of layers whose parameters are gathered where they are used. */
    private static Program layers(int count, int width) {
        var builder = new Program.Builder("layers");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 1, width));
        var parts = new Tensor[count];
        for (int i = 0; i < count; i++) {
            parts[i] = builder.input("part" + i, TensorType.of(DataType.FLOAT32, width / 2, width));
        }
        for (var part : parts) {
            var whole = one(new AllGather("data", 2), part).reshape(width, width);
            x = x.matmul(whole).tanh();
        }
        builder.output("y", x);
        return builder.build();
    }

    private static long count(Program program, Class<?> op) {
        return program.nodes().stream().filter(node -> op.isInstance(node.op())).count();
    }

    private static List<String> order(Program program) {
        return program.nodes().stream()
                .map(node -> node.op().getClass().getSimpleName())
                .filter(name -> !name.equals("Reshape") && !name.equals("Unary"))
                .toList();
    }

    @Test
    void parametersThatFitAreAllGatheredAhead() {
        assertEquals(
                List.of("AllGather", "AllGather", "AllGather", "MatMul", "MatMul", "MatMul"),
                order(Overlap.of(layers(3, 8))));
    }

    @Test
    void ofLargeParametersOnlyTheNextIsGatheredAhead() {
        assertEquals(
                List.of("AllGather", "AllGather", "MatMul", "AllGather", "MatMul", "AllGather", "MatMul", "MatMul"),
                order(Overlap.of(layers(4, 4096))));
    }

    @Test
    void rankWaitsBeforeTheFirstKernelThatReadsTheResultOrAViewOfIt() {
        var program = layers(1, 8);
        assertEquals("AllGather", program.nodes().get(0).op().getClass().getSimpleName());
        assertEquals("MatMul", program.nodes().get(2).op().getClass().getSimpleName());
        assertEquals(2, Waits.of(program)[0]);
    }

    @Test
    void memoryOfBothSidesStaysTheirsUntilRanksAreDone() {
        var program = Overlap.of(backward(WIDE));
        var plan = MemoryPlan.of(program, Set.of());
        int reduced = program.nodes().get(2).first();
        var block = plan.places().get(reduced).block();
        assertEquals(plan.places().get(reduced - 1).block(), block, "a sum over ranks is made where the summand is");
        assertEquals(8, block.to);
        assertTrue(plan.copies().isEmpty(), "sums go where they replace what was there");
    }

    @Test
    void whatWasSentIsFreedWhenMuchElseIsUnderWay() {
        var builder = new Program.Builder("many");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 2, 16 << 20)); // 128 MiB
        var outputs = new Tensor[4];
        Arrays.setAll(outputs, i -> one(new ReduceScatter("data", 2), x.times(i)));
        for (int i = 0; i < outputs.length; i++) {
            builder.output("y" + i, outputs[i]);
        }
        var program = Overlap.of(builder.build());
        var waits = Waits.of(program);
        var talks = new int[4];
        int found = 0;
        for (int n = 0; n < waits.length; n++) {
            if (Waits.talks(program.nodes().get(n).op())) {
                talks[found++] = n;
            }
        }
        int end = program.nodes().size();
        assertEquals(
                List.of(talks[2], talks[3], end, end),
                Arrays.stream(talks).map(n -> waits[n]).boxed().toList());
    }

    @Test
    void programsOfOneRankStayAsTheyAre() {
        var builder = new Program.Builder("alone");
        builder.output(
                "y", builder.input("x", TensorType.of(DataType.FLOAT32, 3)).tanh());
        var program = builder.build();
        assertEquals(program, Overlap.of(program));
    }
}
