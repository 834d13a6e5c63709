package org.borealis.checkpoints;

import java.util.Locale;

/** Numbers of bytes for people. */
final class Sizes {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Sizes() {}

    static String of(long bytes) {
        double number = bytes;
        int unit = 0;
        while (number >= 1000) {
            number /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", number, UNITS[unit]);
    }
}
