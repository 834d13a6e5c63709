package org.borealis.loops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.ServiceLoader;
import org.borealis.device.DeviceException;
import org.borealis.device.Loops;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.Test;

/** What a bound fusion promises besides its numbers. */
class KernelTest {
    private static final TensorType MATRIX = TensorType.of(DataType.FLOAT32, 300, 700);

    /** Softmax, scaled by a column, and sums in both directions: every kind of step. */
    private static Fusion everything() {
        var row = TensorType.of(DataType.BFLOAT16, 1, 700);
        return Bench.fusion(List.of(MATRIX, row), in -> {
            var x = in.get(0).times(in.get(1).as(DataType.FLOAT32));
            var powers = x.minus(x.max(-1)).exp();
            var y = powers.dividedBy(powers.sum(-1));
            return List.of(y, y.sum(0), y.times(y).sum(), y.less(x.tanh()).as(DataType.UINT8));
        });
    }

    private static List<HostTensor> inputs() {
        return List.of(Bench.sample(MATRIX, 1), Bench.sample(DataType.BFLOAT16, 2, 1, 700));
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        try (var one = new Bench(1);
                var three = new Bench(3)) {
            var expected = one.run(everything(), inputs());
            for (int repeat = 0; repeat < 20; repeat++) {
                var got = three.run(everything(), inputs());
                for (int o = 0; o < got.size(); o++) {
                    assertEquals(
                            -1, got.get(o).elements().mismatch(expected.get(o).elements()));
                }
            }
        }
    }

    @Test
    void memoryNeedsNoAlignment() {
        try (var bench = new Bench(2)) {
            var expected = bench.run(everything(), inputs());
            var got = bench.run(everything(), inputs(), 2);
            for (int o = 0; o < got.size(); o++) {
                assertEquals(-1, got.get(o).elements().mismatch(expected.get(o).elements()));
            }
        }
    }

    @Test
    void runningAllocatesNothing() {
        var loops = new TileLoops();
        var fusion = everything();
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var arena = Arena.ofShared();
                var workers = loops.workers(2)) {
            var in = inputs().stream()
                    .map(tensor -> arena.allocate(tensor.type().bytes(), 64).copyFrom(tensor.elements()))
                    .toList();
            var out = fusion.infer(inputs().stream().map(HostTensor::type).toList()).stream()
                    .map(type -> arena.allocate(type.bytes(), 64))
                    .toList();
            var kernel = loops.bind(fusion, in, out, workers);
            long least = Long.MAX_VALUE;
            for (int batch = 0;
                    batch < 1000 && least > 0;
                    batch++) { // vectors are objects until C2 has compiled all loops
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 20; i++) {
                    kernel.run();
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least);
        }
    }

    @Test
    void anOutputMayTakeThePlaceOfAnInputThatOthersStillRead() {
        var type = TensorType.of(DataType.FLOAT32, 5000);
        var column = TensorType.of(DataType.FLOAT32, 50, 1);
        var fusion = Bench.fusion(
                List.of(column, type),
                in -> List.of(
                        in.get(0).plus(1),
                        in.get(1).reshape(50, 100).times(in.get(0).exp())));
        try (var bench = new Bench(2)) {
            var inputs = List.of(Bench.sample(column, 1), Bench.sample(type, 2));
            Closeness.requireUlps("in place", bench.runInPlace(fusion, inputs), bench.decomposed(fusion, inputs), 4);
        }
    }

    @Test
    void anIntegerDividedByZeroIsReported() {
        var type = TensorType.of(DataType.INT32, 3);
        var fusion = Bench.single(new Binary(Function2.DIVIDE), List.of(type, type));
        try (var bench = new Bench(1)) {
            var numbers = List.of(HostTensor.of(type, 1), HostTensor.of(type, 0));
            assertEquals(
                    "division-by-zero",
                    assertThrows(DeviceException.class, () -> bench.run(fusion, numbers))
                            .code());
        }
    }

    @Test
    void whatIsNoChainIsNotAccepted() {
        var loops = new TileLoops();
        assertFalse(loops.accepts(Bench.single(new Transpose(List.of(1, 0)), List.of(MATRIX))));
        var twoWays = Bench.fusion(
                List.of(TensorType.of(DataType.FLOAT32, 3, 5, 7)),
                in -> List.of(in.get(0).sum(0), in.get(0).sum(1)));
        assertFalse(loops.accepts(twoWays));
        try (var workers = loops.workers(1);
                var arena = Arena.ofConfined()) {
            var in = List.of(arena.allocate(420));
            var out = List.of(arena.allocate(140), arena.allocate(84));
            assertThrows(DeviceException.class, () -> loops.bind(twoWays, in, out, workers));
            assertThrows(DeviceException.class, () -> loops.bind(twoWays, List.of(MemorySegment.NULL), out, workers));
        }
    }

    @Test
    void emptyTensorsAreNoWork() {
        try (var bench = new Bench(1)) {
            var empty = TensorType.of(DataType.FLOAT32, 0, 5);
            var fusion =
                    Bench.fusion(List.of(empty), in -> List.of(in.get(0).exp().plus(1)));
            assertTrue(bench.accepts(fusion));
            assertEquals(
                    0, bench.run(fusion, List.of(new HostTensor(empty))).get(0).count());
            var sums =
                    Bench.fusion(List.of(empty), in -> List.of(in.get(0).sum(0).plus(1)));
            assertFalse(bench.accepts(sums), "a chain that makes something of nothing");
        }
    }

    @Test
    void itIsFoundOnAPlainClassPath() {
        assertTrue(ServiceLoader.load(Loops.class).stream().anyMatch(found -> found.type() == TileLoops.class));
    }
}
