package org.borealis.loops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.borealis.device.Workers;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Fusion;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.SwiGlu;

/** Measures what training is made of against a copy of the same bytes by the same threads. Not a test: a main. */
final class LoopsSpeed {
    private static final DataType F32 = DataType.FLOAT32;

    private final TileLoops loops = new TileLoops();
    private final Workers workers;
    private final Arena arena = Arena.ofShared();

    private LoopsSpeed(int threads) {
        workers = loops.workers(threads);
    }

    /** @param args number of threads, 2 by default */
    public static void main(String[] args) {
        new LoopsSpeed(args.length > 0 ? Integer.parseInt(args[0]) : 2).all();
    }

    private void all() {
        System.out.printf("%-26s %9s %9s %9s %9s %9s%n", "body", "ns/elem", "GB/s", "copy GB/s", "of copy", "first ms");
        var wide = TensorType.of(F32, 4096, 3072);
        var narrow = TensorType.of(F32, 4096, 768);
        var row = TensorType.of(F32, 768);
        var rows = TensorType.of(F32, 4096, 1);
        var big = TensorType.of(F32, 1 << 24);
        var one = TensorType.of(DataType.FLOAT64);
        measure(
                "bias + gelu tanh",
                List.of(wide, TensorType.of(F32, 3072)),
                in -> new Gelu(true).decompose(List.of(in.get(0).plus(in.get(1)))));
        measure("bias + gelu, both kept", List.of(wide, TensorType.of(F32, 1, 3072)), in -> {
            var sum = in.get(0).plus(in.get(1));
            return List.of(sum, new Gelu(true).decompose(List.of(sum)).get(0));
        });
        measure("gelu tanh", new Gelu(true), wide);
        measure("gelu tanh gradient", new Gelu.Gradient(true), wide, wide);
        measure("gelu erf", new Gelu(false), wide);
        measure("SwiGLU", new SwiGlu(), wide, wide);
        measure("layer norm", new LayerNorm(1e-5), narrow, row, row);
        measure("layer norm gradient", new LayerNorm.Gradient(), narrow, narrow, row, rows, rows);
        measure("column sum", List.of(wide), in -> List.of(in.get(0).sum(0)));
        measure(
                "sum of squares",
                List.of(big),
                in -> List.of(in.get(0).times(in.get(0)).sum()));
        var logits = TensorType.of(F32, 256, 50304);
        measure("softmax", List.of(logits), in -> {
            var powers = in.get(0).minus(in.get(0).max(-1)).exp();
            return List.of(powers.dividedBy(powers.sum(-1)));
        });
        measure("cross-entropy", new CrossEntropy(), logits, TensorType.of(DataType.INT32, 256));
        measure(
                "cross-entropy gradient",
                new CrossEntropy.Gradient(),
                TensorType.of(F32),
                logits,
                TensorType.of(DataType.INT32, 256),
                TensorType.of(F32, 256));
        measure("AdamW", new AdamStep(0.9, 0.95, 1e-8, 0.1, true), big, big, big, big, one, one);
        measure("AdamW of operations", List.of(big, big, big, big), in -> {
            var m = in.get(2).times(0.9).plus(in.get(1).times(0.1));
            var v = in.get(3).times(0.95).plus(in.get(1).times(in.get(1)).times(0.05));
            var step = m.times(1.1).dividedBy(v.times(1.2).sqrt().plus(1e-8));
            return List.of(in.get(0).times(0.999).minus(step.times(1e-3)), m, v);
        });
        measure("add", List.of(big, big), in -> List.of(in.get(0).plus(in.get(1))));
        var half = TensorType.of(DataType.BFLOAT16, 4096, 3072);
        measure("gelu tanh bf16", new Gelu(true), half);
        measure("bf16 to f32", List.of(half), in -> List.of(in.get(0).as(F32)));
        measure("f32 to bf16", List.of(wide), in -> List.of(in.get(0).as(DataType.BFLOAT16)));
        workers.close();
    }

    private void measure(String name, Composite op, TensorType... inputs) {
        measure(name, List.of(inputs), op::decompose);
    }

    private void measure(String name, List<TensorType> inputs, Function<List<Tensor>, List<Tensor>> body) {
        var fusion = new Fusion(Program.trace(name, inputs, body));
        if (!loops.accepts(fusion)) {
            System.out.printf("%-26s not accepted%n", name);
            return;
        }
        var in = new ArrayList<MemorySegment>();
        long bytes = 0;
        long elements = 1;
        for (int i = 0; i < inputs.size(); i++) {
            in.add(filled(inputs.get(i), i));
            bytes += inputs.get(i).bytes();
            elements = Math.max(elements, inputs.get(i).shape().elements());
        }
        var out = new ArrayList<MemorySegment>();
        for (var type : fusion.infer(inputs)) {
            out.add(arena.allocate(type.bytes(), 64).fill((byte) 0));
            bytes += type.bytes();
        }
        var kernel = loops.bind(fusion, in, out, workers);
        long start = now();
        kernel.run();
        double first = (now() - start) / 1e6;
        double nanos = best(kernel::run);
        double copy = best(copy(bytes / 2));
        System.out.printf(
                "%-26s %9.3f %9.2f %9.2f %8.0f%% %9.1f%n",
                name, nanos / elements, bytes / nanos, bytes / copy, 100 * copy / nanos, first);
    }

    /** Copies so many bytes, which reads and writes as many as the body together. */
    private Runnable copy(long bytes) {
        var from = arena.allocate(bytes, 64).fill((byte) 1);
        var to = arena.allocate(bytes, 64).fill((byte) 2);
        int parts = 64;
        return () -> workers.run(parts, part -> {
            long start = bytes * part / parts;
            MemorySegment.copy(from, start, to, start, bytes * (part + 1) / parts - start);
        });
    }

    private double best(Runnable run) {
        double best = Double.MAX_VALUE;
        long end = System.nanoTime() + 500_000_000L;
        for (int i = 0; i < 12 || System.nanoTime() < end; i++) {
            long start = now();
            run.run();
            best = Math.min(best, now() - start);
        }
        return best;
    }

    /** Of a single thread the processor's time is taken, which others on the machine disturb less. */
    private long now() {
        return workers.count() > 1
                ? System.nanoTime()
                : ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private MemorySegment filled(TensorType type, long seed) {
        var small = Bench.sample(
                TensorType.of(type.type(), (int) Math.min(type.shape().elements(), 5003)), seed);
        var segment = arena.allocate(Math.max(1, type.bytes()), 64);
        long size = small.elements().byteSize();
        for (long at = 0; at < type.bytes(); at += size) {
            MemorySegment.copy(small.elements(), 0, segment, at, Math.min(size, type.bytes() - at));
        }
        return segment.asSlice(0, type.bytes());
    }
}
