package org.borealis.shell;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/** Sends what the container's bundles log to the JDK's logging, where everything else goes. */
@Component(
        service = {},
        immediate = true)
public final class LogForwarder {
    private final LogReaderService reader;
    private final LogListener listener = LogForwarder::forward;

    @Activate
    public LogForwarder(@Reference LogReaderService reader) {
        this.reader = reader;
        reader.addLogListener(listener);
    }

    @Deactivate
    void close() {
        reader.removeLogListener(listener);
    }

    private static void forward(LogEntry entry) {
        Level severity = switch (entry.getLogLevel()) {
            case ERROR -> isTold(entry.getException()) ? Level.DEBUG : Level.ERROR;
            case WARN -> Level.WARNING;
            case AUDIT, INFO, DEBUG, TRACE -> Level.DEBUG;
        };
        String source = entry.getLoggerName() == null ? "org.borealis.container" : entry.getLoggerName();
        System.getLogger(source).log(severity, entry.getMessage(), entry.getException());
    }

    /** Whether whoever asked for a service gets this failure and says it better: the log's exceptions are copies in words. */
    private static boolean isTold(@Nullable Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String text = each.toString();
            if (text.contains("org.borealis.tensor.BorealisException: ")
                    || text.contains("ServiceException: Service factory returned null")) {
                return true;
            }
        }
        return false;
    }
}
