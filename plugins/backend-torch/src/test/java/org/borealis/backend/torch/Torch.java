package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.loops.TileLoops;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.testkit.Settings;

/** Devices for tests. */
final class Torch {
    private Torch() {}

    static TorchDevice open(int threads) {
        return (TorchDevice) backend(threads).open();
    }

    static TorchBackend backend(int threads) {
        return new TorchBackend(Settings.of(TorchBackend.Config.class, Map.of("threads", threads)), new TileLoops());
    }

    /** A backend that opens this device. */
    static TorchBackend backend(String device) {
        return new TorchBackend(Settings.of(TorchBackend.Config.class, Map.of("device", device)));
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
