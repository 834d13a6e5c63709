package org.borealis.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;

/** Operations of a GPT-2 step by themselves, as the compiler makes them for each backend: claimed, fused, or one by one. */
final class Kernels {
    private static final int ROWS = 4096;
    private static final int C = 768;
    private static final int UPDATED = 1 << 24;

    private Kernels() {}

    /**
     * @param flops or 0 where bytes are what counts
     * @param replaced for each output the input whose place it takes; none if outputs have memory of their own
     */
    private record Case(
            String name, double flops, double bytes, List<TensorType> inputs, List<Integer> replaced, Body body) {
        Case(String name, double flops, double bytes, List<TensorType> inputs, Body body) {
            this(name, flops, bytes, inputs, List.of(), body);
        }

        Program program() {
            var builder = new Program.Builder("kernel");
            var arguments = new ArrayList<Tensor>();
            for (int i = 0; i < inputs.size(); i++) {
                arguments.add(builder.input("in" + i, inputs.get(i)));
            }
            var results = body.apply(List.copyOf(arguments));
            for (int i = 0; i < results.size(); i++) {
                if (replaced.isEmpty()) {
                    builder.output("out" + i, results.get(i));
                } else {
                    builder.replace("out" + i, arguments.get(replaced.get(i)), results.get(i));
                }
            }
            return builder.build();
        }
    }

    /** What is done to the inputs. */
    interface Body {
        List<Tensor> apply(List<Tensor> inputs);
    }

    static void print(List<String> names, List<Device> devices, int turns, Roofs roofs) {
        double matmul = roofs.matmul();
        double memory = roofs.memory();
        System.out.printf(Locale.ROOT, "matmul roof %.1f GFLOP/s, memory roof %.1f GB/s%n", matmul / 1e9, memory / 1e9);
        System.out.printf("%-44s", "");
        names.forEach(name -> System.out.printf("%12s %8s", name + " ms", "of roof"));
        System.out.println();
        for (var test : cases()) {
            System.out.printf("%-44s", test.name());
            for (var device : devices) {
                double seconds = seconds(device, test, turns);
                double share = test.flops() > 0 ? test.flops() / seconds / matmul : test.bytes() / seconds / memory;
                System.out.printf(Locale.ROOT, "%12.3f %7.1f%%", seconds * 1e3, 100 * share);
            }
            System.out.println();
        }
    }

    private static double seconds(Device device, Case test, int turns) {
        double best = Double.MAX_VALUE;
        try (var executable = new ProgramCompiler().compile(device, test.program(), Map.of())) {
            warmUp(device, executable);
            for (int i = 0; i < turns; i++) {
                long start = System.nanoTime();
                executable.run();
                device.finish();
                best = Math.min(best, (System.nanoTime() - start) / 1e9);
            }
        }
        return best;
    }

    /** Until C2 has compiled loops, those that are generated once they have run for a while, too. */
    private static void warmUp(Device device, Executable executable) {
        long end = System.nanoTime() + 1_500_000_000L;
        do {
            executable.run();
            device.finish();
        } while (System.nanoTime() < end);
    }

    private static TensorType f32(int... sizes) {
        return TensorType.of(DataType.FLOAT32, sizes);
    }

    private static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (int[] mnk : new int[][] {{ROWS, 3 * C, C}, {ROWS, C, C}, {ROWS, 4 * C, C}, {ROWS, C, 4 * C}}) {
            cases.add(product("linear", mnk[0], mnk[1], mnk[2], false, true));
            cases.add(product("its input's gradient", mnk[0], mnk[2], mnk[1], false, false));
            cases.add(product("its weight's gradient", mnk[1], mnk[2], mnk[0], true, false));
        }
        attention(cases);
        pointwise(cases);
        return cases;
    }

    private static Case product(String name, int m, int n, int k, boolean left, boolean right) {
        var inputs = List.of(left ? f32(k, m) : f32(m, k), right ? f32(n, k) : f32(k, n));
        return new Case(
                "%s [%d, %d] x [%d, %d]".formatted(name, m, k, k, n),
                2.0 * m * n * k,
                0,
                inputs,
                in -> in.get(0).apply(new MatMul(left, right), in.get(1)));
    }

    private static void attention(List<Case> cases) {
        var q = f32(4, 1024, 12, 64);
        double flops = 2.0 * 4 * 12 * 1024 * 1024 * 64; // half of 4 T^2 D, as the mask leaves it
        cases.add(of("attention [4, 1024, 12, 64]", flops, 0, new Attention(0.125), q, q, q));
        cases.add(of(
                "attention gradient", 2.5 * flops, 0, new Attention.Gradient(0.125), q, q, q, q, q, f32(4, 12, 1024)));
    }

    private static void pointwise(List<Case> cases) {
        double wide = 4.0 * ROWS * 4 * C;
        double narrow = 4.0 * ROWS * C;
        cases.add(of("gelu [4096, 3072]", 0, 2 * wide, new Gelu(true), f32(ROWS, 4 * C)));
        cases.add(of("gelu gradient", 0, 3 * wide, new Gelu.Gradient(true), f32(ROWS, 4 * C), f32(ROWS, 4 * C)));
        cases.add(new Case("bias and gelu", 0, 3 * wide, List.of(f32(ROWS, 4 * C), f32(1, 4 * C)), in -> {
            var x = in.get(0).plus(in.get(1));
            return List.of(x, x.apply(new Gelu(true)).get(0));
        }));
        cases.add(of("add [4096, 768]", 0, 3 * narrow, new Binary(Function2.ADD), f32(ROWS, C), f32(ROWS, C)));
        cases.add(new Case(
                "sum over rows [4096, 3072]",
                0,
                wide,
                List.of(f32(ROWS, 4 * C)),
                in -> List.of(in.get(0).sum(0))));
        cases.add(of("layer norm [4096, 768]", 0, 2 * narrow, new LayerNorm(1e-5), f32(ROWS, C), f32(C), f32(C)));
        cases.add(of(
                "layer norm gradient",
                0,
                3 * narrow,
                new LayerNorm.Gradient(),
                f32(ROWS, C),
                f32(ROWS, C),
                f32(C),
                f32(ROWS, 1),
                f32(ROWS, 1)));
        var ids = TensorType.of(DataType.INT32, 1024);
        var logits = f32(1024, 50304);
        cases.add(of("cross-entropy [1024, 50304]", 0, logits.bytes(), new CrossEntropy(), logits, ids));
        cases.add(of(
                "cross-entropy gradient",
                0,
                2.0 * logits.bytes(),
                new CrossEntropy.Gradient(),
                f32(),
                logits,
                ids,
                f32(1024)));
        update(cases);
    }

    /** The update claimed as a composite where a backend does, and as a stranger writes it, in tensor operations. */
    private static void update(List<Case> cases) {
        var parameter = f32(UPDATED);
        var number = TensorType.of(DataType.FLOAT64);
        var step = new AdamStep(0.9, 0.95, 1e-8, 0.1, true);
        var inputs = List.of(parameter, parameter, parameter, parameter, number, number);
        double bytes = 7.0 * parameter.bytes();
        var replaced = List.of(0, 2, 3);
        cases.add(new Case(
                "AdamW, 16M parameters",
                0,
                bytes,
                inputs,
                replaced,
                in -> in.get(0).apply(step, in.subList(1, 6).toArray(Tensor[]::new))));
        cases.add(new Case("the same in tensor operations", 0, bytes, inputs, replaced, step::decompose));
        cases.add(new Case(
                "sum of squares, 16M numbers",
                0,
                parameter.bytes(),
                List.of(parameter),
                in -> List.of(in.get(0).times(in.get(0)).sum())));
    }

    private static Case of(String name, double flops, double bytes, Op op, TensorType... inputs) {
        return new Case(
                name,
                flops,
                bytes,
                List.of(inputs),
                in -> in.get(0).apply(op, in.subList(1, in.size()).toArray(Tensor[]::new)));
    }
}
