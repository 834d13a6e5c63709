package org.borealis.backend.onednn;

import org.borealis.device.Buffer;
import org.borealis.device.DeviceException;

/** Memory of a onednn device. A kernel that is bound to it keeps the pages, so that no order of closing makes a pointer dangle. */
final class OnednnBuffer implements Buffer {
    private final OnednnDevice device;
    private final long address;
    private final long bytes;
    private int holders = 1;
    private boolean open = true;

    OnednnBuffer(OnednnDevice device, long bytes) {
        this.device = device;
        this.bytes = bytes;
        this.address = Memory.take(bytes);
    }

    static OnednnBuffer of(Buffer buffer) {
        if (!(buffer instanceof OnednnBuffer own)) {
            throw new DeviceException(
                    "foreign-buffer",
                    "onednn device was given memory of " + buffer.getClass().getName()
                            + "; copy it with read and write");
        }
        return own;
    }

    OnednnDevice device() {
        return device;
    }

    long address() {
        if (!open) {
            throw new DeviceException("buffer-closed", "a buffer of " + bytes + " bytes was used after its close");
        }
        return address;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    void retain() {
        holders++;
    }

    void release() {
        if (--holders == 0) {
            Memory.giveBack(address, bytes);
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            device.forget(this);
            release();
        }
    }
}
