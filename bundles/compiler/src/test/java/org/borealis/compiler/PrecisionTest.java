package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.RmsNorm;
import org.junit.jupiter.api.Test;

/** What mixed precision makes of programs, as text. */
class PrecisionTest {

    /** An embedding that is the output layer too, a norm, and positions that only float32 can count. */
    private static Program model() {
        var builder = new Program.Builder("model");
        var embedding = builder.input("embedding", TensorType.of(DataType.FLOAT32, 8, 4));
        var weight = builder.input("weight", TensorType.of(DataType.FLOAT32, 4));
        var tokens = builder.input("tokens", TensorType.of(DataType.INT32, 3));
        var targets = builder.input("targets", TensorType.of(DataType.INT32, 3));
        var angles =
                tokens.iota(0, TensorType.of(DataType.FLOAT32, 3, 1)).times(0.1).cos();
        var x = embedding.gather(tokens).times(angles);
        var logits = x.apply(new RmsNorm(1e-5), weight).get(0).linear(embedding);
        builder.output("loss", logits.apply(new CrossEntropy(), targets).get(0));
        return builder.build();
    }

    @Test
    void parametersAreConvertedWhereTheyAreFirstComputedWith() {
        assertEquals("""
                program model
                  %0 = input embedding : f32[8, 4]
                  %1 = input weight : f32[4]
                  %2 = input tokens : i32[3]
                  %3 = input targets : i32[3]
                  %4 = Iota(0, f32[3, 1]) : f32[3, 1]
                  %5 = Constant(0.1) : f32[]
                  %6 = Reshape([1, 1]) %5 : f32[1, 1]
                  %7 = Binary(MULTIPLY) %4 %6 : f32[3, 1]
                  %8 = Unary(COS) %7 : f32[3, 1]
                  %9 = Gather %0 %2 : f32[3, 4]
                  %10 = Convert(BFLOAT16) %9 : bf16[3, 4]
                  %11 = Convert(BFLOAT16) %8 : bf16[3, 1]
                  %12 = Binary(MULTIPLY) %10 %11 : bf16[3, 4]
                  %13 = Convert(BFLOAT16) %1 : bf16[4]
                  %14, %15 = RmsNorm(1.0E-5) %12 %13 : bf16[3, 4], f32[3, 1]
                  %16 = Convert(BFLOAT16) %0 : bf16[8, 4]
                  %17 = MatMul(false, true) %14 %16 : bf16[3, 8]
                  %18, %19 = CrossEntropy %17 %3 : f32[], f32[3]
                  output loss %18
                """, Precision.of(model(), DataType.BFLOAT16).toString());
    }

    @Test
    void gradientsOfParametersArriveInFloat32() {
        var narrow = Precision.of(model(), DataType.BFLOAT16);
        var gradient = Differentiate.of(narrow, "loss", List.of("embedding", "weight"));
        assertEquals("""
                program model
                  %0 = input embedding : f32[8, 4]
                  %1 = input weight : f32[4]
                  %2 = input tokens : i32[3]
                  %3 = input targets : i32[3]
                  %4 = Iota(0, f32[3, 1]) : f32[3, 1]
                  %5 = Constant(0.1) : f32[]
                  %6 = Reshape([1, 1]) %5 : f32[1, 1]
                  %7 = Binary(MULTIPLY) %4 %6 : f32[3, 1]
                  %8 = Unary(COS) %7 : f32[3, 1]
                  %9 = Gather %0 %2 : f32[3, 4]
                  %10 = Convert(BFLOAT16) %9 : bf16[3, 4]
                  %11 = Convert(BFLOAT16) %8 : bf16[3, 1]
                  %12 = Binary(MULTIPLY) %10 %11 : bf16[3, 4]
                  %13 = Convert(BFLOAT16) %1 : bf16[4]
                  %14, %15 = RmsNorm(1.0E-5) %12 %13 : bf16[3, 4], f32[3, 1]
                  %16 = Convert(BFLOAT16) %0 : bf16[8, 4]
                  %17 = MatMul(false, true) %14 %16 : bf16[3, 8]
                  %18, %19 = CrossEntropy %17 %3 : f32[], f32[3]
                  %20 = Constant(1.0) : f32[]
                  %21 = CrossEntropy.Gradient %20 %17 %3 %19 : bf16[3, 8]
                  %22 = MatMul(false, false) %21 %16 : bf16[3, 4]
                  %23 = MatMul(true, false) %21 %14 : bf16[8, 4]
                  %24 = Convert(FLOAT32) %23 : f32[8, 4]
                  %25, %26 = RmsNorm.Gradient %22 %12 %13 %15 : bf16[3, 4], bf16[4]
                  %27 = Convert(FLOAT32) %26 : f32[4]
                  %28 = Binary(MULTIPLY) %25 %11 : bf16[3, 4]
                  %29 = Convert(FLOAT32) %28 : f32[3, 4]
                  %30 = ScatterAdd(8) %2 %29 : f32[8, 4]
                  %31 = Binary(ADD) %24 %30 : f32[8, 4]
                  output loss %18
                  output gradient.embedding %31
                  output gradient.weight %27
                """, gradient.toString());
    }

    @Test
    void sumsAreFloat32AndSoIsWhatIsComputedFromThemAlone() {
        var builder = new Program.Builder("sums");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 2, 3));
        var y = x.tanh();
        var mean = y.mean(1);
        builder.output("loss", y.minus(mean).max(1).exp().sum());
        assertEquals("""
                program sums
                  %0 = input x : f32[2, 3]
                  %1 = Convert(FLOAT16) %0 : f16[2, 3]
                  %2 = Unary(TANH) %1 : f16[2, 3]
                  %3 = Convert(FLOAT32) %2 : f32[2, 3]
                  %4 = Reduce(SUM, 1) %3 : f32[2, 1]
                  %5 = Constant(0.3333333333333333) : f32[]
                  %6 = Reshape([1, 1]) %5 : f32[1, 1]
                  %7 = Binary(MULTIPLY) %4 %6 : f32[2, 1]
                  %8 = Convert(FLOAT16) %7 : f16[2, 1]
                  %9 = Binary(SUBTRACT) %2 %8 : f16[2, 3]
                  %10 = Reduce(MAX, 1) %9 : f16[2, 1]
                  %11 = Convert(FLOAT32) %10 : f32[2, 1]
                  %12 = Unary(EXP) %11 : f32[2, 1]
                  %13 = Reshape([2]) %12 : f32[2]
                  %14 = Reduce(SUM, 0) %13 : f32[1]
                  %15 = Reshape([]) %14 : f32[]
                  output loss %15
                """, Precision.of(builder.build(), DataType.FLOAT16).toString());
    }

    @Test
    void viewsOfAParameterShareOneConversion() {
        var builder = new Program.Builder("views");
        var weight = builder.input("weight", TensorType.of(DataType.FLOAT32, 4, 4));
        var halves = weight.slice(0, 0, 2).matmul(false, weight.slice(0, 2, 2), true);
        builder.output("loss", halves.sum());
        var text = Precision.of(builder.build(), DataType.BFLOAT16).toString();
        assertEquals(1, text.split("Convert\\(BFLOAT16\\)", -1).length - 1, text);
    }

    @Test
    void otherTypesAndProgramsInWiderTypesStay() {
        var builder = new Program.Builder("others");
        var x = builder.input("x", TensorType.of(DataType.FLOAT64, 3));
        var half = builder.input("half", TensorType.of(DataType.FLOAT16, 3));
        builder.output("y", x.exp().times(half.times(2).as(DataType.FLOAT64)));
        var program = builder.build();
        assertEquals(
                program.toString(), Precision.of(program, DataType.BFLOAT16).toString());
        assertSame(program, Precision.of(program, DataType.FLOAT32));
        assertThrows(BorealisException.class, () -> Precision.of(program, DataType.INT32));
    }

    @Test
    void outputsKeepTheirTypesAndTheInputsThatTheyReplace() {
        var builder = new Program.Builder("cache");
        var cache = builder.input("cache", TensorType.of(DataType.FLOAT32, 4, 2));
        var part = builder.input("part", TensorType.of(DataType.FLOAT32, 1, 2));
        var position = builder.input("position", TensorType.of(DataType.INT32));
        builder.replace("cache", cache, cache.writeSlice(0, part.tanh(), position));
        var text = Precision.of(builder.build(), DataType.BFLOAT16).toString();
        assertTrue(text.contains("Convert(FLOAT32) %6 : f32[4, 2]"), text);
        assertTrue(text.endsWith("replaces cache\n"), text);
    }
}
