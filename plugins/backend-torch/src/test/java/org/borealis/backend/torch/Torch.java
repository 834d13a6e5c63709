package org.borealis.backend.torch;

import java.util.List;
import java.util.Map;
import org.borealis.device.Device;
import org.borealis.loops.TileLoops;
import org.borealis.tensor.Composite;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.ForwardingDevice;
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
        return new ForwardingDevice(device) {
            @Override
            public boolean fuses(Composite op, List<TensorType> inputs) {
                return false;
            }

            @Override
            public void close() {}
        };
    }
}
