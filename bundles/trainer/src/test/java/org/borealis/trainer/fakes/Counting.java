package org.borealis.trainer.fakes;

import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.testkit.ForwardingDevice;

/** Another device, counting what is taken of it. */
public final class Counting extends ForwardingDevice {
    private long bytes;

    public Counting(Device device) {
        super(device);
    }

    public long bytes() {
        return bytes;
    }

    @Override
    public Buffer allocate(long more) {
        bytes += more;
        return super.allocate(more);
    }
}
