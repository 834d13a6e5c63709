package org.borealis.backend.onednn;

import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;

/** Steps on memory bound before. */
final class OnednnKernel implements Kernel {
    private final OnednnDevice device;
    private final String label;
    private final Runnable[] steps;
    private final Runnable release;
    private boolean open = true;

    OnednnKernel(OnednnDevice device, String label, Runnable[] steps, Runnable release) {
        this.device = device;
        this.label = label;
        this.steps = steps;
        this.release = release;
    }

    // Hot: no allocation here, nor in the steps.
    @Override
    public void run() {
        if (!open) {
            throw new DeviceException("kernel-closed", label + " was run after its close, or after its device's");
        }
        for (var step : steps) {
            step.run();
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
