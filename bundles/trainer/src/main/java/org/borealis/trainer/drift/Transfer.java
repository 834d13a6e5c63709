package org.borealis.trainer.drift;

import java.lang.foreign.Arena;
import org.borealis.device.Device;
import org.borealis.device.Slot;

/** Copies from one device to another, by way of the host. */
record Transfer(Device from, Device to) {

    void copy(Slot source, Slot target) {
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(Math.max(1, source.type().bytes()), Slot.ALIGNMENT)
                    .asSlice(0, source.type().bytes());
            from.read(source, bytes);
            to.write(target, bytes);
        }
    }
}
