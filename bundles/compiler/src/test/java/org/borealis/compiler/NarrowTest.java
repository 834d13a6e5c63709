package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.CrossEntropy;
import org.junit.jupiter.api.Test;

/** What becomes of programs whose parameters come narrow, as text. */
class NarrowTest {
    private static final Set<String> PARAMETERS = Set.of("embedding", "weight");

    /** An embedding that is the output layer too, and a weight that float32 is summed of. */
    private static Program gradients() {
        var builder = new Program.Builder("model");
        var embedding = builder.input("embedding", TensorType.of(DataType.FLOAT32, 8, 4));
        var weight = builder.input("weight", TensorType.of(DataType.FLOAT32, 4));
        var tokens = builder.input("tokens", TensorType.of(DataType.INT32, 3));
        var targets = builder.input("targets", TensorType.of(DataType.INT32, 3));
        var x = embedding.gather(tokens).plus(weight.mean(0));
        var logits = x.linear(embedding);
        builder.output("loss", logits.apply(new CrossEntropy(), targets).get(0));
        var narrow = Precision.of(builder.build(), DataType.BFLOAT16);
        return Differentiate.of(narrow, "loss", List.of("embedding", "weight"));
    }

    @Test
    void whatWasConvertedIsTakenAsItComesAndGradientsStayWide() {
        assertEquals("""
                program model
                  %0 = input embedding : bf16[8, 4]
                  %1 = input weight : bf16[4]
                  %2 = input tokens : i32[3]
                  %3 = input targets : i32[3]
                  %4 = Gather %0 %2 : bf16[3, 4]
                  %5 = Convert(FLOAT32) %1 : f32[4]
                  %6 = Reduce(SUM, 0) %5 : f32[1]
                  %7 = Constant(0.25) : f32[]
                  %8 = Reshape([1]) %7 : f32[1]
                  %9 = Binary(MULTIPLY) %6 %8 : f32[1]
                  %10 = Convert(BFLOAT16) %9 : bf16[1]
                  %11 = Reshape([1, 1]) %10 : bf16[1, 1]
                  %12 = Binary(ADD) %4 %11 : bf16[3, 4]
                  %13 = MatMul(false, true) %12 %0 : bf16[3, 8]
                  %14, %15 = CrossEntropy %13 %3 : f32[], f32[3]
                  %16 = Constant(1.0) : f32[]
                  %17 = CrossEntropy.Gradient %16 %13 %3 %15 : bf16[3, 8]
                  %18 = MatMul(false, false) %17 %0 : bf16[3, 4]
                  %19 = MatMul(true, false) %17 %12 : bf16[8, 4]
                  %20 = Convert(FLOAT32) %19 : f32[8, 4]
                  %21 = Reshape([12]) %18 : bf16[12]
                  %22 = Reduce(SUM, 0) %21 : bf16[1]
                  %23 = Reshape([1, 1]) %22 : bf16[1, 1]
                  %24 = Reshape([1]) %23 : bf16[1]
                  %25 = Convert(FLOAT32) %24 : f32[1]
                  %26 = Convert(FLOAT32) %18 : f32[3, 4]
                  %27 = Binary(MULTIPLY) %25 %8 : f32[1]
                  %28 = Broadcast([4]) %27 : f32[4]
                  %29 = ScatterAdd(8) %2 %26 : f32[8, 4]
                  %30 = Binary(ADD) %20 %29 : f32[8, 4]
                  output loss %14
                  output gradient.embedding %30
                  output gradient.weight %28
                """, Narrow.of(gradients(), PARAMETERS, DataType.BFLOAT16).toString());
    }

    @Test
    void narrowingTwiceIsNarrowingOnce() {
        var once = Narrow.of(gradients(), PARAMETERS, DataType.BFLOAT16);
        assertEquals(
                once.toString(), Narrow.of(once, PARAMETERS, DataType.BFLOAT16).toString());
    }

    @Test
    void anInputThatTheTypeDoesNotStandForIsRefused() {
        var failure = assertThrows(
                BorealisException.class, () -> Narrow.of(gradients(), Set.of("tokens"), DataType.BFLOAT16));
        assertTrue(String.valueOf(failure.getMessage()).contains("input tokens is i32[3]"), failure.getMessage());
    }
}
