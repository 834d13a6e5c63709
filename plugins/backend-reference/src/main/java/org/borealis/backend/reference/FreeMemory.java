package org.borealis.backend.reference;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/** How much memory there is to be had outside of the Java heap. */
final class FreeMemory {
    static final long UNKNOWN = Long.MAX_VALUE;
    private static final Path LINUX = Path.of("/proc/meminfo");

    private FreeMemory() {}

    /** Bytes; {@link #UNKNOWN} if that can't be told. */
    static long bytes() {
        return Math.min(machine(), virtualMachine());
    }

    /** What the machine can give without swapping; more than what is free, for what is only cached goes first. */
    private static long machine() {
        if (Files.isReadable(LINUX)) {
            try {
                return Files.readAllLines(LINUX).stream()
                        .filter(line -> line.startsWith("MemAvailable:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                        .findFirst()
                        .orElse(UNKNOWN);
            } catch (IOException | NumberFormatException e) {
                return UNKNOWN;
            }
        }
        try {
            return (Long) ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName("java.lang:type=OperatingSystem"), "FreeMemorySize");
        } catch (JMException | ClassCastException e) {
            return UNKNOWN;
        }
    }

    /** What this process may take in all, by -XX:MaxDirectMemorySize; as much as the heap may have if that is not set. */
    private static long virtualMachine() {
        try {
            var option = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
                            "getVMOption",
                            new Object[] {"MaxDirectMemorySize"},
                            new String[] {String.class.getName()});
            long limit =
                    option instanceof CompositeData data ? Long.parseLong(String.valueOf(data.get("value"))) : UNKNOWN;
            return limit == 0 ? Runtime.getRuntime().maxMemory() : limit;
        } catch (JMException | NumberFormatException e) {
            return UNKNOWN;
        }
    }
}
