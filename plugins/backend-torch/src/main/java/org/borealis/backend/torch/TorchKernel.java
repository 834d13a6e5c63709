package org.borealis.backend.torch;

import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;

/** Steps that call libtorch on tensors bound before. */
final class TorchKernel implements Kernel {
    private final TorchDevice device;
    private final String label;
    private final Runnable[] steps;
    private final Runnable release;
    private boolean open = true;

    TorchKernel(TorchDevice device, String label, Runnable[] steps, Runnable release) {
        this.device = device;
        this.label = label;
        this.steps = steps;
        this.release = release;
    }

    // Hot: no allocation here; libtorch's own calls make one small wrapper each.
    @Override
    public void run() {
        if (!open) {
            throw new DeviceException("kernel-closed", label + " was run after its close, or after its device's");
        }
        try {
            for (var step : steps) {
                step.run();
            }
        } catch (DeviceException e) {
            throw e;
        } catch (RuntimeException e) { // what JavaCPP makes of a C++ exception
            throw new DeviceException("torch", label + " failed in libtorch: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            device.forget(this);
            release.run();
        }
    }
}
