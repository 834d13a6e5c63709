package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.CachedAttention;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.FullAttention;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.Rotary;
import org.borealis.tensor.composite.Router;
import org.borealis.tensor.composite.SwiGlu;
import org.borealis.tensor.composite.TopK;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every gradient rule against central differences in float64. */
class GradientTest {
    /** Central differences at 1e-5 err by about 1e-10 from the step and 1e-11 from rounding, relative to values near 1. */
    private static final double STEP = 1e-5;

    private static final double TOLERANCE = 1e-8;

    private record Case(Op op, List<TensorType> inputs) {}

    private static Case of(Op op, TensorType... inputs) {
        return new Case(op, List.of(inputs));
    }

    private static TensorType f64(int... sizes) {
        return TensorType.of(DataType.FLOAT64, sizes);
    }

    private static TensorType i32(int... sizes) {
        return TensorType.of(DataType.INT32, sizes);
    }

    private static Stream<Case> primitives() {
        var unary = Arrays.stream(Function.values())
                .map(f -> of(
                        new Primitive.Unary(f),
                        TensorType.of(f == Function.NOT ? DataType.BOOL : DataType.FLOAT64, 3, 5)));
        var binary = Arrays.stream(Function2.values())
                .filter(f -> f != Function2.AND && f != Function2.OR)
                .flatMap(f -> Stream.of(
                        of(new Binary(f), f64(3, 5), f64(3, 5)),
                        of(new Binary(f), f64(3, 1), f64(1, 5)),
                        of(new Binary(f), f64(), f64())));
        var logic = Stream.of(Function2.AND, Function2.OR)
                .map(f -> of(new Binary(f), TensorType.of(DataType.BOOL, 3), TensorType.of(DataType.BOOL, 3)));
        var products = Stream.of(true, false)
                .flatMap(left -> Stream.of(true, false)
                        .flatMap(right -> Stream.of(
                                of(
                                        new Primitive.MatMul(left, right),
                                        left ? f64(4, 3) : f64(3, 4),
                                        right ? f64(5, 4) : f64(4, 5)),
                                of(
                                        new Primitive.MatMul(left, right),
                                        left ? f64(2, 4, 3) : f64(2, 3, 4),
                                        right ? f64(2, 1, 4) : f64(2, 4, 1)))));
        var others = Stream.of(
                of(new Primitive.Select(), TensorType.of(DataType.BOOL, 3, 1), f64(3, 4), f64(1, 4)),
                of(new Primitive.Convert(DataType.FLOAT64), f64(3)),
                of(new Primitive.Convert(DataType.INT32), f64(3)),
                of(new Primitive.Constant(2, f64(3))),
                of(new Primitive.Iota(0, f64(3))),
                of(new Primitive.RandomBits(7, Shape.of(5)), TensorType.of(DataType.INT64)),
                of(new Primitive.Reduce(Fold.SUM, 1), f64(2, 3, 4)),
                of(new Primitive.Reduce(Fold.MAX, 2), f64(2, 3, 4)),
                of(new Primitive.Broadcast(Shape.of(3, 4)), f64(3, 1)),
                of(new Primitive.Reshape(Shape.of(6, 2)), f64(3, 4)),
                of(new Primitive.Transpose(List.of(2, 0, 1)), f64(2, 3, 4)),
                of(new Primitive.Slice(1, 1, 2), f64(3, 4)),
                of(new Primitive.Slice(0, 0, 2), f64(3, 4)),
                of(new Primitive.Concatenate(1), f64(3, 4), f64(3, 1), f64(3, 2)),
                of(new Primitive.Gather(), f64(5, 3), i32(2, 4)),
                of(new Primitive.ScatterAdd(5), i32(2, 4), f64(2, 4, 3)),
                of(new Primitive.WriteSlice(1), f64(3, 6, 2), f64(3, 2, 2), i32()));
        return Stream.of(unary, binary, logic, products, others).flatMap(s -> s);
    }

    private static Stream<Case> composites() {
        return Stream.of(
                of(new LayerNorm(1e-5), f64(2, 3, 7), f64(7), f64(7)),
                of(new RmsNorm(1e-5), f64(2, 3, 7), f64(7)),
                of(new Gelu(true), f64(3, 5)),
                of(new Gelu(false), f64(3, 5)),
                of(new SwiGlu(), f64(3, 5), f64(3, 5)),
                of(new Rotary(), f64(2, 3, 4, 6), f64(3, 3), f64(3, 3)),
                of(new Attention(0.6), f64(2, 5, 4, 3), f64(2, 5, 2, 3), f64(2, 5, 2, 3)),
                of(new Attention(0.6), f64(1, 1, 1, 1), f64(1, 1, 1, 1), f64(1, 1, 1, 1)),
                of(new FullAttention(0.6), f64(2, 5, 4, 3), f64(2, 7, 2, 3), f64(2, 7, 2, 3)),
                of(new CachedAttention(0.6), f64(2, 2, 4, 3), f64(2, 5, 2, 3), f64(2, 5, 2, 3), i32()),
                of(new CrossEntropy(), f64(5, 7), i32(5)),
                of(new Router(), f64(2, 3, 5), f64(4, 5)),
                of(new TopK(1), f64(2, 3, 5)),
                of(new TopK(3), f64(4, 5)),
                of(new AdamStep(0.9, 0.95, 1e-8, 0.1, true), f64(5), f64(5), f64(5), f64(5), f64(), f64()),
                of(new AdamStep(0.9, 0.95, 1e-8, 0.1, false), f64(5), f64(5), f64(5), f64(5), f64(), f64()));
    }

    /** The gradients of composites are composites, too: what they stand for has a gradient of its own. */
    private static Stream<Case> gradientComposites() {
        return Stream.of(
                of(new LayerNorm.Gradient(), f64(3, 7), f64(3, 7), f64(7), f64(3, 1), f64(3, 1)),
                of(new RmsNorm.Gradient(), f64(3, 7), f64(3, 7), f64(7), f64(3, 1)),
                of(new Gelu.Gradient(true), f64(3, 5), f64(3, 5)),
                of(new Gelu.Gradient(false), f64(3, 5), f64(3, 5)),
                of(new SwiGlu.Gradient(), f64(3, 5), f64(3, 5), f64(3, 5)),
                of(
                        new Attention.Gradient(0.6),
                        f64(1, 3, 4, 3),
                        f64(1, 3, 4, 3),
                        f64(1, 3, 2, 3),
                        f64(1, 3, 2, 3),
                        f64(1, 3, 4, 3),
                        f64(1, 4, 3)),
                of(new CrossEntropy.Gradient(), f64(), f64(5, 7), i32(5), f64(5)));
    }

    @TestFactory
    Stream<DynamicTest> primitivesAgreeWithFiniteDifferences() {
        return primitives().map(c -> DynamicTest.dynamicTest(c.op().label() + c.inputs(), () -> check(c, false)));
    }

    @TestFactory
    Stream<DynamicTest> fusedGradientsAgreeWithFiniteDifferences() {
        return composites().map(c -> DynamicTest.dynamicTest(c.op().label() + c.inputs(), () -> check(c, false)));
    }

    @TestFactory
    Stream<DynamicTest> decompositionsAgreeWithFiniteDifferencesInEveryOutput() {
        return composites().map(c -> DynamicTest.dynamicTest(c.op().label() + c.inputs(), () -> check(c, true)));
    }

    @TestFactory
    Stream<DynamicTest> gradientsOfGradientsAgreeWithFiniteDifferences() {
        return gradientComposites()
                .map(c -> DynamicTest.dynamicTest(c.op().label() + c.inputs(), () -> check(c, true)));
    }

    @Test
    void everyPrimitiveHasACase() {
        Set<Class<?>> covered = primitives().map(c -> c.op().getClass()).collect(Collectors.toSet());
        assertEquals(Set.of(Primitive.class.getPermittedSubclasses()), covered);
    }

    /** @param everyOutput whether all float outputs flow into the loss, which makes a composite's own gradient decline */
    private static void check(Case c, boolean everyOutput) {
        var program = loss(c, everyOutput);
        var inputs = new ArrayList<double[]>();
        for (int i = 0; i < c.inputs().size(); i++) {
            inputs.add(sample(c, i));
        }
        var wanted = IntStream.range(0, inputs.size())
                .filter(i -> c.inputs().get(i).type().isFloat())
                .boxed()
                .toList();
        var names = wanted.stream().map(i -> "in" + i).toList();
        try (var numbers = new Numbers()) {
            var gradients = numbers.run(Differentiate.of(program, "loss", names), inputs);
            for (int w = 0; w < wanted.size(); w++) {
                var x = inputs.get(wanted.get(w));
                for (int k = 0; k < x.length; k++) {
                    double difference = difference(numbers, program, inputs, x, k);
                    double found = gradients.get(1 + w)[k];
                    assertEquals(
                            difference,
                            found,
                            TOLERANCE * Math.max(1, Math.abs(difference)),
                            names.get(w) + " at " + k);
                }
            }
        }
    }

    private static double difference(Numbers numbers, Program program, List<double[]> inputs, double[] x, int k) {
        double here = x[k];
        x[k] = here + STEP;
        double above = numbers.run(program, inputs).get(0)[0];
        x[k] = here - STEP;
        double below = numbers.run(program, inputs).get(0)[0];
        x[k] = here;
        return (above - below) / (2 * STEP);
    }

    /** A weighted sum of the outputs: weights that differ show gradients in the wrong place. */
    private static Program loss(Case c, boolean everyOutput) {
        var builder = new Program.Builder("loss");
        var inputs = new ArrayList<Tensor>();
        for (int i = 0; i < c.inputs().size(); i++) {
            inputs.add(builder.input("in" + i, c.inputs().get(i)));
        }
        // a scalar to begin from also where an operation has no float input
        var sum = builder.apply(new Primitive.Constant(0, f64()), List.of()).get(0);
        var outputs = builder.apply(c.op(), inputs);
        for (int i = 0; i < (everyOutput || c.op() instanceof Primitive ? outputs.size() : 1); i++) {
            var y = outputs.get(i).as(DataType.FLOAT64);
            var weights = y.reshape(Math.toIntExact(y.shape().elements()));
            weights = weights.iota(0, weights.type()).times(0.7).plus(0.3 + i).cos();
            sum = sum.plus(weights.times(y.reshape(weights.shape())).sum());
        }
        builder.output("loss", sum);
        return builder.build();
    }

    /** Values between 0.3 and 1.7, no two equal; small integers for indices, bits for masks. */
    private static double[] sample(Case c, int input) {
        var type = c.inputs().get(input);
        var values = new double[Math.toIntExact(type.shape().elements())];
        for (int k = 0; k < values.length; k++) {
            values[k] = switch (type.type()) {
                case INT32 ->
                    c.op().label().startsWith("CrossEntropy") && k == 2 ? CrossEntropy.IGNORED : (3 * k + 1) % 5;
                case BOOL -> k % 2;
                case INT64 -> 1;
                default -> 1 + 0.7 * Math.sin(1.3 * k + 2.1 * input + 0.4);
            };
        }
        return values;
    }

    /** A stranger's composite without a gradient of its own. */
    private record Cube() implements Composite {
        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            return List.of(in.get(0).times(in.get(0)).times(in.get(0)));
        }
    }

    @Test
    void compositeWithoutItsOwnGradientIsDifferentiatedThroughItsDecomposition() {
        check(of(new Cube(), f64(3, 3)), false);
    }

    @Test
    void inputThatDoesNotMatterHasAGradientOfZero() {
        var builder = new Program.Builder("p");
        var x = builder.input("x", f64(2));
        builder.input("unused", f64(3));
        builder.output("loss", x.sum());
        try (var numbers = new Numbers()) {
            var results = numbers.run(
                    Differentiate.of(builder.build(), "loss", List.of("unused")),
                    List.of(new double[] {1, 2}, new double[] {1, 2, 3}));
            assertEquals(
                    List.of(0.0, 0.0, 0.0),
                    Arrays.stream(results.get(1)).boxed().toList());
        }
    }

    @Test
    void dimsThatTogetherExceedOneAreSummedOneByOne() {
        var forward = Program.trace(
                "large",
                List.of(TensorType.of(DataType.FLOAT32, 1, 1)),
                in -> List.of(in.get(0).stretch(Shape.of(1 << 16, 1 << 15)).sum()));
        var backward = Differentiate.of(forward, "out0", List.of("in0"));
        var sums = backward.toString()
                .lines()
                .filter(line -> line.contains("Reduce"))
                .map(line -> line.replaceAll(".* = | %\\d+", ""))
                .toList();
        assertEquals(
                List.of(
                        "Reduce(SUM, 1) : f32[65536, 1]",
                        "Reduce(SUM, 0) : f32[1, 1]",
                        "Reduce(SUM, 1) : f32[65536, 1]",
                        "Reduce(SUM, 0) : f32[1, 1]"),
                sums);
    }
}
