package org.borealis.benchmarks.parallel;

import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.testkit.ForwardingDevice;

/** A device that counts what is taken of its memory, and gives no more than it is told to. */
final class AllocationMeter extends ForwardingDevice {
    private final long most;
    private long bytes;

    AllocationMeter(Device device) {
        this(device, Long.MAX_VALUE);
    }

    /** @param most bytes that may be taken, together */
    AllocationMeter(Device device, long most) {
        super(device);
        this.most = most;
    }

    /** Taken so far; what was given back in the meantime counts too. */
    long bytes() {
        return bytes;
    }

    @Override
    public Buffer allocate(long wanted) {
        if (bytes + wanted > most) {
            throw new DeviceException(
                    DeviceException.OUT_OF_MEMORY,
                    wanted + " bytes were asked for, after " + bytes + "; the limit is " + most);
        }
        bytes += wanted;
        return super.allocate(wanted);
    }
}
