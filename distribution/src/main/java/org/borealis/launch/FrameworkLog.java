package org.borealis.launch;

import java.lang.System.Logger.Level;
import org.apache.felix.framework.Logger;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** Sends what the framework has to say to the JDK's logging, where everything else goes; its own way is to stdout. */
final class FrameworkLog extends Logger {
    private final System.Logger log = System.getLogger("org.borealis.container");

    @Override
    protected void doLog(
            @Nullable Bundle bundle,
            @Nullable ServiceReference service,
            int level,
            String message,
            @Nullable Throwable thrown) {
        Level severity = switch (level) {
            case LOG_ERROR -> Level.ERROR;
            case LOG_WARNING -> Level.WARNING;
            default -> Level.DEBUG;
        };
        log.log(severity, bundle == null ? message : bundle.getSymbolicName() + ": " + message, thrown);
    }
}
