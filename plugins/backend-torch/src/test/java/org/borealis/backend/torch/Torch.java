package org.borealis.backend.torch;

import java.lang.annotation.Annotation;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;

/** Devices for tests. */
final class Torch {
    private Torch() {}

    static TorchDevice open(int threads) {
        return (TorchDevice) backend(threads).open();
    }

    static TorchBackend backend(int threads) {
        return new TorchBackend(new TorchBackend.Config() {
            @Override
            public int threads() {
                return threads;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return TorchBackend.Config.class;
            }
        });
    }

    /** The same device, claiming nothing; closing it closes nothing. */
    static Device unfused(Device device) {
        return new Device() {
            @Override
            public String description() {
                return device.description();
            }

            @Override
            public boolean supports(DataType type) {
                return device.supports(type);
            }

            @Override
            public Buffer allocate(long bytes) {
                return device.allocate(bytes);
            }

            @Override
            public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                return device.bind(op, inputs, outputs);
            }

            @Override
            public void write(Slot target, MemorySegment source) {
                device.write(target, source);
            }

            @Override
            public void read(Slot source, MemorySegment target) {
                device.read(source, target);
            }

            @Override
            public void close() {}
        };
    }
}
