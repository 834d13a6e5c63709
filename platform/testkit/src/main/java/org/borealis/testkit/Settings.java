package org.borealis.testkit;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.util.converter.Converters;

/** Settings of a plug-in without a container: its annotation, filled from a map as Declarative Services would. */
@ProviderType
public final class Settings {
    private Settings() {}

    /** Settings with these values by key, such as {@code rotary.theta}, and defaults for all others. */
    public static <T> T of(Class<T> annotation, Map<String, ?> values) {
        return Converters.standardConverter().convert(values).to(annotation);
    }
}
