package org.borealis.backend.torch;

import org.borealis.device.DeviceException;

/** Which device a setting means. */
sealed interface Target {
    record Processor() implements Target {}

    /** @param index of the GPU among those that the driver shows this process */
    record Gpu(int index) implements Target {}

    static Target of(String setting) {
        return switch (setting) {
            case "cpu" -> new Processor();
            case "cuda" -> new Gpu(0);
            case String other when other.matches("cuda:\\d{1,2}") -> new Gpu(Integer.parseInt(other.substring(5)));
            default ->
                throw new DeviceException(
                        "unknown-device",
                        "backend torch: device is one of cpu, cuda and cuda:N, got '" + setting + "'");
        };
    }
}
