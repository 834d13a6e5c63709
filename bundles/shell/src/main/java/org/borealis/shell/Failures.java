package org.borealis.shell;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.borealis.command.Command;
import org.borealis.tensor.BorealisException;

/** Tells a person why a command failed: a sentence for what can happen, and where the details are for what must not. */
record Failures(boolean showsTraces) {
    private static final long MEBIBYTE = 1 << 20;

    /** @return the exit code */
    int report(Throwable thrown) {
        Throwable failure =
                thrown instanceof InvocationTargetException && thrown.getCause() != null ? thrown.getCause() : thrown;
        String message = switch (failure) {
            case BorealisException known -> known.getMessage();
            case OutOfMemoryError full ->
                "the Java heap of "
                        + Runtime.getRuntime().maxMemory() / MEBIBYTE
                        + " MiB is full; give it more, as in BOREALIS_JAVA_OPTIONS=-Xmx8g";
            default -> "unexpected " + failure + (showsTraces ? "" : keep(failure));
        };
        System.err.println("borealis: " + message);
        if (showsTraces) {
            failure.printStackTrace();
        }
        return Command.FAILED;
    }

    private static String keep(Throwable failure) {
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        try {
            Path file = Files.createTempFile("borealis-failure-", ".txt");
            Files.writeString(file, trace.toString());
            return "; this is a defect, its stack trace is in " + file;
        } catch (IOException e) {
            return "; this is a defect, add --debug for its stack trace";
        }
    }
}
