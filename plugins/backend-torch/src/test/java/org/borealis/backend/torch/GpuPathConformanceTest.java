package org.borealis.backend.torch;

import org.borealis.device.Backend;
import org.borealis.device.HostMemory;
import org.borealis.testkit.BackendConformance;
import org.bytedeco.pytorch.Device;

/** What runs on a GPU, run on the processor's memory by libtorch: all of it but the GPU's own kernels, its queue and its allocator. */
class GpuPathConformanceTest extends BackendConformance {
    private final HostMemory memory = new HostMemory("torch");

    @Override
    protected Backend backend() {
        return () -> {
            Natives.load();
            return new TorchDevice(new Cuda(
                    new Device("cpu"), () -> {}, () -> memory.availableBytes().orElseThrow()));
        };
    }
}
