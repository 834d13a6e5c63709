package org.borealis.jobs;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 90}, {@code 90s}, {@code 1h30m} and {@code 01:30:00}. */
final class Span implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        String[] parts = text.split(":");
        if (parts.length == 3 && text.matches("[0-9]{1,4}:[0-9]{1,2}:[0-9]{1,2}")) {
            return Duration.ofHours(Long.parseLong(parts[0]))
                    .plusMinutes(Long.parseLong(parts[1]))
                    .plusSeconds(Long.parseLong(parts[2]));
        }
        try {
            String unit = text.matches("[0-9]+") ? "s" : "";
            Duration span = Duration.parse("PT" + (text + unit).toUpperCase(Locale.ROOT));
            if (!span.isNegative()) {
                return span;
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw new TypeConversionException("wanted a time such as 90s, 10m, 1h30m or 01:30:00; got '" + text + "'");
    }
}
