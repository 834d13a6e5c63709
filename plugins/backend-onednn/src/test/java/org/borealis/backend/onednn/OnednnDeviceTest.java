package org.borealis.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.LayerNorm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is special to this backend; the rest is the conformance kit's. */
class OnednnDeviceTest {
    private static final long SEED = 7;
    private Device device = Onednn.open(2);

    @BeforeEach
    void open() {
        device.close();
        device = Onednn.open(2);
    }

    @AfterEach
    void close() {
        device.close();
    }

    @Test
    void tenThousandRunsTakeNoMoreMemory() throws IOException {
        var kernels = someKernels();
        requireNoGrowth(5_000, () -> kernels.forEach(Kernel::run));
    }

    @Test
    void bindingAndClosingTakesNoMoreMemory() throws IOException {
        var rows = TensorType.of(DataType.FLOAT32, 8, 96);
        var x = slots(rows, TensorType.of(DataType.FLOAT32, 96), TensorType.of(DataType.FLOAT32, 96));
        var y = slots(rows, TensorType.of(DataType.FLOAT32, 8, 1), TensorType.of(DataType.FLOAT32, 8, 1));
        requireNoGrowth(5_000, () -> bind(new LayerNorm(1e-5), x, y).close());
    }

    /** A leak grows in every round; the garbage collector's moods do not. One leaked kilobyte a run would be 5 MB. */
    private static void requireNoGrowth(int runs, Runnable run) throws IOException {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 4; round++) {
            long before = residentBytes();
            for (int i = 0; i < runs; i++) {
                run.run();
            }
            least = Math.min(least, residentBytes() - before);
        }
        assertTrue(least < 5 << 20, "grew by " + least + " bytes in each round");
    }

    /** Matrix product, reduction, normalisation, attention and its gradient, cross-entropy, scatter, in 24 kB tensors. */
    private List<Kernel> someKernels() {
        var x = slot(TensorType.of(DataType.FLOAT32, 2, 32, 4, 24));
        var rows = TensorType.of(DataType.FLOAT32, 64, 96);
        var flat = slots(rows, rows, TensorType.of(DataType.FLOAT32, 96), TensorType.of(DataType.FLOAT32, 96));
        var sums = slots(TensorType.of(DataType.FLOAT32, 64, 1), TensorType.of(DataType.FLOAT32, 64, 1));
        var square = slot(TensorType.of(DataType.FLOAT32, 96, 96));
        var logSumExp = slot(TensorType.of(DataType.FLOAT32, 2, 4, 32));
        var y = slot(x.type());
        var gradients = slots(x.type(), x.type(), x.type());
        var targets = slot(TensorType.of(DataType.INT32, 64));
        var loss = slots(TensorType.of(DataType.FLOAT32), TensorType.of(DataType.FLOAT32, 64));
        var kernels = new ArrayList<Kernel>();
        kernels.add(bind(new Primitive.MatMul(true, false), flat.subList(0, 2), List.of(square)));
        kernels.add(bind(new Primitive.Reduce(Primitive.Fold.SUM, 1), flat.subList(0, 1), sums.subList(0, 1)));
        kernels.add(bind(
                new LayerNorm(1e-5),
                List.of(flat.get(0), flat.get(2), flat.get(3)),
                List.of(flat.get(1), sums.get(0), sums.get(1))));
        kernels.add(bind(new CrossEntropy(), List.of(flat.get(0), targets), loss));
        kernels.add(bind(new Attention(0.2), List.of(x, x, x), List.of(y, logSumExp)));
        kernels.add(bind(new Attention.Gradient(0.2), List.of(y, x, x, x, y, logSumExp), gradients));
        kernels.add(bind(new Primitive.ScatterAdd(64), List.of(targets, flat.get(0)), flat.subList(1, 2)));
        return kernels;
    }

    @Test
    void sameInputsGiveTheSameBitsTwice() {
        var type = TensorType.of(DataType.FLOAT32, 1000, 129);
        var updates = slot(type);
        var rows = slot(TensorType.of(DataType.INT32, 1000));
        var table = slot(TensorType.of(DataType.FLOAT32, 3, 129));
        var column = slot(TensorType.of(DataType.FLOAT32, 1, 129));
        var gram = slot(TensorType.of(DataType.FLOAT32, 129, 129));
        var numbers = new Random(SEED);
        int[] indices = numbers.ints(1000, 0, 3).toArray();
        device.write(rows, MemorySegment.ofArray(indices));
        var scatter = bind(new Primitive.ScatterAdd(3), List.of(rows, updates), List.of(table));
        var sum = bind(new Primitive.Reduce(Primitive.Fold.SUM, 0), List.of(updates), List.of(column));
        var product = bind(new Primitive.MatMul(true, false), List.of(updates, updates), List.of(gram));
        for (var kernel : List.of(scatter, sum, product)) {
            var target = kernel == scatter ? table : kernel == sum ? column : gram;
            kernel.run();
            float[] once = floats(target);
            for (int again = 0; again < 5; again++) {
                kernel.run();
                assertArrayEquals(once, floats(target));
            }
        }
    }

    @Test
    void moreMemoryThanThereIsIsRefusedByNumberAndTheDeviceStaysUsable() {
        long bytes = 1L << 45;
        var e = assertThrows(DeviceException.class, () -> device.allocate(bytes));
        assertEquals("out-of-memory", e.code());
        assertTrue(e.getMessage().contains(Long.toString(bytes)), e.getMessage());
        device.allocate(64).close();
    }

    @Test
    void allocatedMemoryIsZeroAndAligned() {
        for (int bytes : new int[] {1, 4096, 5 << 20}) {
            var buffer = (OnednnBuffer) device.allocate(bytes);
            assertEquals(0, buffer.address() % Slot.ALIGNMENT);
            assertEquals(-1, Memory.at(buffer.address(), bytes).mismatch(MemorySegment.ofArray(new byte[bytes])));
            buffer.close();
        }
    }

    @Test
    void everythingClosesTwiceAndInAnyOrder() {
        var type = TensorType.of(DataType.FLOAT32, 4);
        var x = slot(type);
        var kernel = bind(new Primitive.Unary(Primitive.Function.EXP), List.of(x), List.of(slot(type)));
        x.buffer().close();
        x.buffer().close();
        kernel.run(); // the kernel keeps the memory
        kernel.close();
        kernel.close();
        assertEquals(
                "kernel-closed",
                assertThrows(DeviceException.class, kernel::run).code());
        device.close();
        device.close();
        assertEquals(
                "device-closed",
                assertThrows(DeviceException.class, () -> device.allocate(1)).code());
    }

    @Test
    void aTargetOutsideTheVocabularyIsNamed() {
        var logits = slot(TensorType.of(DataType.FLOAT32, 1, 4));
        var targets = slot(TensorType.of(DataType.INT32, 1));
        device.write(targets, MemorySegment.ofArray(new int[] {4}));
        var out = slots(TensorType.of(DataType.FLOAT32), TensorType.of(DataType.FLOAT32, 1));
        var kernel = bind(new CrossEntropy(), List.of(logits, targets), out);
        var e = assertThrows(DeviceException.class, kernel::run);
        assertTrue(e.getMessage().contains("target 4 of row 0"), e.getMessage());
    }

    @Test
    void kernelsRunOnAnyThread() throws InterruptedException {
        var type = TensorType.of(DataType.FLOAT32, 4);
        var y = slot(type);
        var x = slot(type);
        device.write(x, MemorySegment.ofArray(new float[4]));
        var kernel = bind(new Primitive.Unary(Primitive.Function.EXP), List.of(x), List.of(y));
        for (var builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
            builder.start(kernel::run).join();
            assertArrayEquals(new float[] {1, 1, 1, 1}, floats(y));
        }
    }

    private Kernel bind(Op op, List<Slot> in, List<Slot> out) {
        return device.bind(op, in, out);
    }

    private List<Slot> slots(TensorType... types) {
        return List.of(types).stream().map(this::slot).toList();
    }

    private Slot slot(TensorType type) {
        var slot = Slot.allocate(device, type);
        if (type.type() == DataType.FLOAT32) {
            var random = new Random(SEED);
            float[] numbers = new float[(int) type.shape().elements()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = random.nextFloat(-1, 1);
            }
            device.write(slot, MemorySegment.ofArray(numbers));
        }
        return slot;
    }

    private float[] floats(Slot slot) {
        float[] numbers = new float[(int) slot.type().shape().elements()];
        device.read(slot, MemorySegment.ofArray(numbers));
        return numbers;
    }

    /** Without what the garbage collector can give back. */
    private static long residentBytes() throws IOException {
        System.gc();
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("RssAnon"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
