package org.borealis.trainer.progress;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A step as people read it.
 *
 * @param utilisation share of the device's measured peak that the model's arithmetic reaches
 * @param memoryBytes of this process
 */
public record StepLine(
        long step,
        long steps,
        double loss,
        double rate,
        double gradientNorm,
        double tokensPerSecond,
        OptionalDouble utilisation,
        OptionalLong memoryBytes,
        Duration left) {

    @Override
    public String toString() {
        int width = Long.toString(steps).length();
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "step %" + width + "d/%d  loss %.4f  rate %.2e  norm %.2f  %s tokens/s",
                step,
                steps,
                loss,
                rate,
                gradientNorm,
                count(tokensPerSecond)));
        utilisation.ifPresent(share -> text.append(String.format(Locale.ROOT, "  MFU %.0f %%", 100 * share)));
        memoryBytes.ifPresent(bytes -> text.append("  ").append(bytes(bytes)));
        return text.append("  ").append(duration(left)).append(" left").toString();
    }

    /** Such as {@code 950}, {@code 12.3k}, {@code 4.56M}, {@code 14.19P}. */
    public static String count(double number) {
        if (number < 1000) {
            return String.format(Locale.ROOT, "%.0f", number);
        }
        if (number < 1e6) {
            return String.format(Locale.ROOT, "%.1fk", number / 1e3);
        }
        if (number < 1e9) {
            return String.format(Locale.ROOT, "%.2fM", number / 1e6);
        }
        if (number < 1e12) {
            return String.format(Locale.ROOT, "%.2fG", number / 1e9);
        }
        return number < 1e15
                ? String.format(Locale.ROOT, "%.2fT", number / 1e12)
                : String.format(Locale.ROOT, "%.2fP", number / 1e15);
    }

    /** Such as {@code 320 MB}, {@code 1.4 GB}. */
    public static String bytes(long bytes) {
        if (bytes < 1_000_000) {
            return String.format(Locale.ROOT, "%.0f kB", bytes / 1e3);
        }
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    /** As memory is sold, such as {@code 512 KiB}, {@code 474.7 MiB}, {@code 1.38 GiB}, {@code 1.02 TiB}. */
    public static String memory(long bytes) {
        double number = bytes / 1024.0;
        if (number < 1024) {
            return String.format(Locale.ROOT, "%.0f KiB", number);
        }
        number /= 1024;
        if (number < 1024) {
            return String.format(Locale.ROOT, "%.1f MiB", number);
        }
        number /= 1024;
        return number < 1024
                ? String.format(Locale.ROOT, "%.2f GiB", number)
                : String.format(Locale.ROOT, "%.2f TiB", number / 1024);
    }

    /** Such as {@code 0:07}, {@code 12:30}, {@code 3:05:00}. */
    public static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
