package org.borealis.trainer.drift;

import java.lang.foreign.Arena;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.trainer.step.Slots;

/** Copies from one device to another, by way of the host. */
record Transfer(Device from, Device to) {

    void copy(Slot source, Slot target) {
        try (var arena = Arena.ofConfined()) {
            to.write(target, Slots.read(from, source, arena));
        }
    }
}
