package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a backend has to do: every primitive on every type that it supports, every composite that it claims, and good manners with memory.
 * Extend it, and say which backend.
 */
@ConsumerType
@SuppressWarnings("NullAway.Init") // devices are opened before each test
public abstract class BackendConformance {
    private Device device;
    private Device oracleDevice;

    /** The backend under test. */
    protected abstract Backend backend();

    /** What it is compared with. */
    protected Backend oracle() {
        return Oracle.find();
    }

    @BeforeEach
    final void openDevices() {
        device = backend().open();
        oracleDevice = oracle().open();
    }

    @AfterEach
    final void closeDevices() {
        device.close();
        oracleDevice.close();
    }

    private Stream<DataType> types() {
        return Arrays.stream(DataType.values()).filter(device::supports);
    }

    @TestFactory
    Stream<DynamicTest> everyElementwisePrimitiveIsRightOnEveryType() {
        return types().flatMap(ElementwiseCases::of).map(this::test);
    }

    @TestFactory
    Stream<DynamicTest> everyTypeConvertsToEveryOther() {
        return types().flatMap(from -> types().flatMap(to -> ElementwiseCases.conversions(from, to)))
                .map(this::test);
    }

    @TestFactory
    Stream<DynamicTest> everyStructuralPrimitiveIsRightOnEveryType() {
        return types().flatMap(StructureCases::of).map(this::test);
    }

    @TestFactory
    Stream<DynamicTest> randomBitsArePhilox() {
        return StructureCases.randomBits().map(this::test);
    }

    @TestFactory
    Stream<DynamicTest> everyClaimedCompositeMeansItsDecomposition() {
        return types().filter(DataType::isFloat)
                .flatMap(type -> CompositeCases.of(type, oracleDevice))
                .filter(test -> device.fuses((Composite) test.op(), test.types()))
                .map(this::test);
    }

    private DynamicTest test(OpCase test) {
        return DynamicTest.dynamicTest(test.toString(), () -> check(test));
    }

    private void check(OpCase test) {
        var runner = new CaseRunner(device);
        var oracle = new CaseRunner(oracleDevice);
        var got = runner.run(test);
        var want = oracle.inFloat64(test);
        var scales = oracle.scales(test, want);
        for (int output = 0; output < got.size(); output++) {
            compare(test, output, got.get(output), want.get(output), scales.get(output));
        }
        requireSameBits("a second run", got, runner.run(test));
        runner.runInPlace(test).ifPresent(inPlace -> requireSameBits("a run in place", got, inPlace));
    }

    private static void compare(OpCase test, int output, HostTensor got, HostTensor want, double[] scale) {
        var type = got.type().type();
        assertEquals(want.type().shape(), got.type().shape());
        if (!type.isFloat()) {
            assertArrayEquals(want.as(type).bytes(), got.bytes(), () -> "wanted " + want + ", got " + got);
            return;
        }
        for (int i = 0; i < got.count(); i++) {
            int at = i;
            test.bound()
                    .complaint(type, got.get(i), want.get(i), scale[i])
                    .ifPresent(complaint -> fail(test + ": output " + output + ", element " + at + ": " + complaint));
        }
    }

    private static void requireSameBits(String what, List<HostTensor> first, List<HostTensor> second) {
        for (int output = 0; output < first.size(); output++) {
            assertArrayEquals(
                    first.get(output).bytes(),
                    second.get(output).bytes(),
                    what + " gives other bits in output " + output + ": " + first.get(output) + " and then "
                            + second.get(output));
        }
    }

    @Test
    void theTypesThatEveryoneNeedsAreSupported() {
        for (var type : List.of(DataType.FLOAT32, DataType.INT32, DataType.INT64, DataType.BOOL)) {
            assertTrue(device.supports(type), type + " has to be supported");
        }
    }

    @Test
    void newMemoryIsZero() {
        var slot = Slot.allocate(device, TensorType.of(DataType.INT64, 129));
        assertArrayEquals(new byte[129 * 8], HostTensor.read(device, slot).bytes());
    }

    @Test
    void slotsInsideABufferTouchNothingElse() {
        var buffer = device.allocate(4096);
        var everything = new Slot(buffer, 0, TensorType.of(DataType.FLOAT32, 1024));
        var before = Samples.of(everything.type(), 9);
        before.write(device, everything);
        var type = TensorType.of(DataType.FLOAT32, 3);
        var sum = new Slot(buffer, 260, type); // a view into a larger tensor need not be aligned
        var inputs = List.of(new Slot(buffer, 64, type), new Slot(buffer, 512, type));
        device.bind(new Binary(Function2.ADD), inputs, List.of(sum)).run();
        var after = HostTensor.read(device, everything);
        for (int i = 0; i < before.count(); i++) {
            boolean isSum = i >= 65 && i < 68;
            double want = isSum ? (float) (before.get(i - 65 + 16) + before.get(i - 65 + 128)) : before.get(i);
            assertEquals(want, after.get(i), "element " + i);
        }
    }

    @Test
    void memoryThatIsNotThereIsAnErrorThatNamesTheNeedAndLeavesTheDeviceUsable() {
        long need = 1L << 60;
        var refused = assertThrows(DeviceException.class, () -> device.allocate(need));
        assertTrue(String.valueOf(refused.getMessage()).contains(Long.toString(need)), refused.getMessage());
        newMemoryIsZero();
        slotsInsideABufferTouchNothingElse();
    }

    @Test
    void closingTwiceDoesNothing() {
        var buffer = device.allocate(64);
        buffer.close();
        buffer.close();
        device.close();
        device.close();
    }

    @Test
    void twoDevicesAreOpenAtOnce() {
        try (var other = backend().open()) {
            var slot = Slot.allocate(other, TensorType.of(DataType.INT32, 3));
            device.close();
            assertArrayEquals(new byte[12], HostTensor.read(other, slot).bytes());
        }
    }

    @Test
    void anotherThreadCanTakeOver() {
        var in = Samples.of(DataType.FLOAT32, 1, 129);
        var slot = in.to(device);
        var out = Slot.allocate(device, in.type());
        var kernel = device.bind(new Binary(Function2.ADD), List.of(slot, slot), List.of(out));
        CompletableFuture.runAsync(kernel::run, runnable -> Thread.ofPlatform().start(runnable))
                .join();
        device.finish();
        assertArrayEquals(
                HostTensor.fill(in.type(), i -> 2 * in.get(i)).bytes(),
                HostTensor.read(device, out).bytes());
        kernel.close();
        kernel.close();
    }
}
