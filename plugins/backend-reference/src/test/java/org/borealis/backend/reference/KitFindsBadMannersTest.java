package org.borealis.backend.reference;

import static org.borealis.backend.reference.Verdicts.assertComplains;
import static org.borealis.backend.reference.Verdicts.assertFailing;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.OptionalLong;
import org.borealis.device.Backend;
import org.borealis.device.Buffer;
import org.borealis.device.DeviceException;
import org.borealis.device.HeldBuffer;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.Test;

/** Backends whose numbers are right and that are bad company. */
final class KitFindsBadMannersTest {
    private static final String MANNERS = "closing.*|what is closed.*|a device that.*|another thread.*|it says.*";

    @Test
    void buffersThatAreNotGivenBackAreFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public Buffer allocate(long bytes) {
                        return unclosed(super.allocate(bytes));
                    }
                },
                "making and closing buffers.*",
                "making and closing buffers does not grow the process");
    }

    private static Buffer unclosed(Buffer buffer) {
        return new Buffer() {
            @Override
            public long bytes() {
                return buffer.bytes();
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void memoryThatIsCountedOnlyUpwardsIsFound() {
        long most = 64 << 20;
        assertFailing(
                () -> new FaultyDevice() {
                    private long given;

                    @Override
                    public OptionalLong memoryBytes() {
                        return OptionalLong.of(most);
                    }

                    @Override
                    public Buffer allocate(long bytes) {
                        given += bytes;
                        if (given > most) {
                            throw new DeviceException("out-of-memory", "no " + bytes + " bytes are left");
                        }
                        return super.allocate(bytes);
                    }
                },
                "buffers that are closed.*",
                "buffers that are closed give their memory back");
    }

    @Test
    void aKernelThatIsNotGivenBackIsFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                        Arena.global().allocate(32 << 10).fill((byte) 1);
                        return () -> {}; // what it computes takes long, and nobody looks at it
                    }
                },
                "making and closing buffers.*|binding, running.*",
                "binding, running and closing does not grow the process");
    }

    @Test
    void aKernelThatTakesMoreInEachRunIsFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                        return () -> Arena.global().allocate(2 << 10).fill((byte) 1);
                    }
                },
                "making and closing buffers.*|binding, running.*|running again.*",
                "binding, running and closing does not grow the process",
                "running again and again does not grow the process");
    }

    @Test
    void sumsWhoseOrderIsLeftToChanceAreFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    private int runs;

                    @Override
                    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                        return op instanceof MatMul
                                        && inputs.get(0).type().shape().dim(0) == 1000
                                ? changed(op, inputs, outputs, sum -> {
                                    double more = 1e-3 * runs++;
                                    return HostTensor.fill(sum.type(), i -> sum.get(i) + more);
                                })
                                : super.bind(op, inputs, outputs);
                    }
                },
                "the same inputs give.*",
                "the same inputs give the same bits each time, however threads share them");
    }

    @Test
    void aClosedDeviceThatGivesMemoryIsFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    private boolean isClosed;

                    @Override
                    public Buffer allocate(long bytes) {
                        return isClosed
                                ? unclosed(new ReferenceBackend().open().allocate(bytes))
                                : super.allocate(bytes);
                    }

                    @Override
                    public void close() {
                        isClosed = true;
                        super.close();
                    }
                },
                MANNERS,
                "a device that is closed gives no memory");
    }

    @Test
    void aRefusalThatProgramsCannotTellIsFound() {
        assertComplains(
                () -> new FaultyDevice() {
                    @Override
                    public Buffer allocate(long bytes) {
                        try {
                            return super.allocate(bytes);
                        } catch (DeviceException e) {
                            throw new DeviceException("full", String.valueOf(e.getMessage()), e);
                        }
                    }
                },
                "memory that is not there is refused by its size and leaves the device usable",
                "with code full and not out-of-memory");
    }

    @Test
    void anExhaustedDeviceThatIsDeadIsFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public Buffer allocate(long bytes) {
                        try {
                            return super.allocate(bytes);
                        } catch (DeviceException e) {
                            super.close();
                            throw e;
                        }
                    }
                },
                "memory that.*|new memory.*",
                "memory that is not there is refused by its size and leaves the device usable");
    }

    @Test
    void aRefusalThatDoesNotNameTheNeedIsFound() {
        assertComplains(
                () -> new FaultyDevice() {
                    @Override
                    public Buffer allocate(long bytes) {
                        try {
                            return super.allocate(bytes);
                        } catch (DeviceException e) {
                            throw new DeviceException("out-of-memory", "out of memory", e);
                        }
                    }
                },
                "memory that is not there is refused by its size and leaves the device usable",
                "does not name it: out of memory");
    }

    @Test
    void oldNumbersInNewMemoryAreFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public Buffer allocate(long bytes) {
                        var buffer = super.allocate(bytes);
                        HeldBuffer.segment(new Slot(
                                        buffer, 0, org.borealis.tensor.TensorType.of(DataType.BOOL, (int) bytes)))
                                .fill((byte) 7);
                        return buffer;
                    }
                },
                "new memory.*|what is written.*",
                "new memory is zero, also where it was used before");
    }

    private abstract static class ThrowsWhenClosedTwice extends FaultyDevice {
        private boolean isClosed;

        @Override
        public void close() {
            if (isClosed) {
                throw new IllegalStateException("closed already");
            }
            isClosed = true;
            super.close();
        }
    }

    @Test
    void aDeviceThatCantBeClosedTwiceIsFound() {
        Backend faulty = () -> new ThrowsWhenClosedTwice() {};
        assertComplains(
                faulty,
                "closing twice does nothing",
                "the device: threw java.lang.IllegalStateException: closed already");
    }

    @Test
    void aKernelThatCantBeClosedTwiceIsFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                        var kernel = super.bind(op, inputs, outputs);
                        var memory = Arena.ofShared();
                        return new Kernel() {
                            @Override
                            public void run() {
                                kernel.run();
                            }

                            @Override
                            public void close() {
                                memory.close();
                            }
                        };
                    }
                },
                MANNERS,
                "closing twice does nothing");
    }

    @Test
    void aDeviceThatKnowsOneThreadIsFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    private final Thread owner = Thread.currentThread();

                    @Override
                    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                        var kernel = super.bind(op, inputs, outputs);
                        return () -> {
                            if (Thread.currentThread() != owner) {
                                throw new IllegalStateException("another thread");
                            }
                            kernel.run();
                        };
                    }
                },
                MANNERS,
                "another thread can take over");
    }

    @Test
    void aDeclaredLackThatGivesNumbersIsFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public boolean supports(DataType type) {
                        return type != DataType.FLOAT16;
                    }
                },
                "primitives on .*|the types.*",
                "primitives on f16, which is not supported, are refused");
    }

    @Test
    void aDeclaredLackThatFailsProperlyPasses() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public boolean supports(DataType type) {
                        return type != DataType.FLOAT16;
                    }

                    @Override
                    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                        if (isOn(inputs, DataType.FLOAT16) || isOn(outputs, DataType.FLOAT16)) {
                            throw new DeviceException("unsupported", op.label() + " does not take float16 here");
                        }
                        return super.bind(op, inputs, outputs);
                    }
                },
                "primitives on .*|the types.*|ADD on .*|Convert on .*");
    }

    @Test
    void aRefusalThatIsACrashIsFound() {
        assertFailing(
                () -> new FaultyDevice() {
                    @Override
                    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                        try {
                            return super.bind(op, inputs, outputs);
                        } catch (DeviceException e) {
                            throw new NullPointerException(e.getMessage());
                        }
                    }
                },
                "(SwiGlu|Rotary) on f32.*",
                "SwiGlu on f32 is refused where it is not claimed",
                "Rotary on f32 is refused where it is not claimed");
    }

    @Test
    void aNeededTypeThatIsMissingIsFound() {
        assertComplains(
                () -> new FaultyDevice() {
                    @Override
                    public boolean supports(DataType type) {
                        return type != DataType.INT64;
                    }
                },
                "the types that everyone needs are supported",
                "INT64 has to be supported");
    }
}
