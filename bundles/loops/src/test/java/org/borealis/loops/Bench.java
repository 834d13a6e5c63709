package org.borealis.loops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.device.Workers;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;
import org.borealis.testkit.HostTensor;

/** A fusion run by tiles, and as its primitives by the reference backend, on the same inputs. */
final class Bench implements AutoCloseable {
    private final TileLoops loops;
    private final Device oracle = new ReferenceBackend().open();
    private final Arena arena = Arena.ofShared();
    final Workers workers;

    Bench(int threads) {
        this(threads, new TileLoops());
    }

    Bench(int threads, TileLoops loops) {
        this.loops = loops;
        workers = loops.workers(threads);
    }

    static Fusion fusion(List<TensorType> inputs, Function<List<Tensor>, List<Tensor>> body) {
        return new Fusion(Program.trace("body", inputs, body));
    }

    /** A fusion of the single primitive. */
    static Fusion single(Op op, List<TensorType> inputs) {
        var builder = new Program.Builder("single");
        var tensors = new ArrayList<Tensor>();
        for (int i = 0; i < inputs.size(); i++) {
            tensors.add(builder.input("in" + i, inputs.get(i)));
        }
        builder.output("out", builder.apply(op, tensors).get(0));
        return new Fusion(builder.build());
    }

    boolean accepts(Fusion fusion) {
        return loops.accepts(fusion);
    }

    List<HostTensor> run(Fusion fusion, List<HostTensor> inputs) {
        return run(fusion, inputs, 0);
    }

    /** @param shift bytes by which all memory misses its alignment */
    List<HostTensor> run(Fusion fusion, List<HostTensor> inputs, int shift) {
        var in = new ArrayList<MemorySegment>();
        for (var tensor : inputs) {
            in.add(memory(tensor.type(), shift).copyFrom(tensor.elements()));
        }
        var out = new ArrayList<MemorySegment>();
        for (var type : fusion.infer(inputs.stream().map(HostTensor::type).toList())) {
            out.add(memory(type, shift).fill((byte) 0x55));
        }
        try (var kernel = loops.bind(fusion, in, out, workers)) {
            kernel.run();
        }
        return read(fusion, inputs, out);
    }

    /** Each output in the place of an input, where that is allowed. */
    List<HostTensor> runInPlace(Fusion fusion, List<HostTensor> inputs) {
        var types = fusion.infer(inputs.stream().map(HostTensor::type).toList());
        var in = new ArrayList<MemorySegment>();
        for (var tensor : inputs) {
            in.add(memory(tensor.type(), 0).copyFrom(tensor.elements()));
        }
        var free = new ArrayList<>(in);
        var out = new ArrayList<MemorySegment>();
        for (int o = 0; o < types.size(); o++) {
            var place = memory(types.get(o), 0);
            for (int i = 0; i < in.size(); i++) {
                if (free.contains(in.get(i))
                        && fusion.inPlace(i, o)
                        && inputs.get(i).type().bytes() == types.get(o).bytes()) {
                    place = in.get(i);
                    free.remove(place);
                    break;
                }
            }
            out.add(place);
        }
        try (var kernel = loops.bind(fusion, in, out, workers)) {
            kernel.run();
        }
        return read(fusion, inputs, out);
    }

    private MemorySegment memory(TensorType type, int shift) {
        return arena.allocate(type.bytes() + 64, 64).asSlice(shift, type.bytes());
    }

    private static List<HostTensor> read(Fusion fusion, List<HostTensor> inputs, List<MemorySegment> out) {
        var types = fusion.infer(inputs.stream().map(HostTensor::type).toList());
        var results = new ArrayList<HostTensor>();
        for (int o = 0; o < out.size(); o++) {
            var result = new HostTensor(types.get(o));
            result.elements().copyFrom(out.get(o));
            results.add(result);
        }
        return results;
    }

    /** What the fusion means. */
    List<HostTensor> decomposed(Fusion fusion, List<HostTensor> inputs) {
        try (var eager = new Eager(oracle)) {
            var tensors = new ArrayList<Tensor>();
            for (var input : inputs) {
                var tensor = eager.tensor(input.type());
                input.write(oracle, eager.slot(tensor));
                tensors.add(tensor);
            }
            var values = fusion.body().replay(tensors, eager);
            return fusion.body().outputs().stream()
                    .map(output -> HostTensor.read(oracle, eager.slot(values.get(output.value()))))
                    .toList();
        }
    }

    /** Ordinary numbers of a type. */
    static HostTensor sample(TensorType type, long seed) {
        var random = new Random(seed);
        return HostTensor.fill(type, i -> switch (type.type()) {
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> random.nextGaussian();
            case INT64, INT32 -> random.nextInt(-9, 10);
            case UINT8 -> random.nextInt(256);
            case BOOL -> random.nextInt(2);
        });
    }

    static HostTensor sample(DataType type, long seed, int... sizes) {
        return sample(TensorType.of(type, sizes), seed);
    }

    @Override
    public void close() {
        workers.close();
        oracle.close();
        arena.close();
    }
}
