package org.borealis.backend.torch;

import org.borealis.device.Backend;
import org.borealis.testkit.BackendConformance;

class TorchConformanceTest extends BackendConformance {
    @Override
    protected Backend backend() {
        return Torch.backend(1);
    }
}
