package org.borealis.trainer.progress;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import org.borealis.tensor.BorealisException;

/** Where a run's lines go: the terminal or pipe, and log.txt; on a terminal there is a live line below them. */
public final class Display implements AutoCloseable {
    private static final String CLEAR_LINE = "\r\u001b[K"; // ECMA-48: erase to the end of the line

    private final PrintStream out;
    private final boolean isTerminal;
    private final Writer log;
    private String live = "";

    /** @param isTerminal whether a line can be rewritten */
    public Display(PrintStream out, boolean isTerminal, Writer log) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.log = log;
    }

    /** Standard output and a log file that is appended to. */
    public static Display on(Path log) {
        try {
            return new Display(
                    System.out,
                    isTerminal(),
                    Files.newBufferedWriter(
                            log, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new BorealisException("log-unwritable", log + " can't be written: " + e.getMessage(), e);
        }
    }

    /** For a rank that has nothing to say. */
    public static Display silent() {
        return new Display(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                false,
                Writer.nullWriter());
    }

    /** Whether a person looks on, at a terminal that can rewrite a line. */
    public static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
    }

    /** Whether {@link #live} shows anything. */
    public boolean isLive() {
        return isTerminal;
    }

    /** A line that stays. */
    public synchronized void line(String text) {
        out.println(isTerminal && !live.isEmpty() ? CLEAR_LINE + text : text);
        out.flush();
        redraw();
        try {
            log.write(LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + text + "\n");
            log.flush();
        } catch (IOException e) {
            // The log is for reading afterwards; events.jsonl, which a run needs, reports a full disk.
            out.println("log.txt can't be written: " + e.getMessage());
        }
    }

    /** The line that shows how far things are, in place of the one before. */
    public synchronized void live(String text) {
        live = text;
        redraw();
    }

    /** Takes the live line away. */
    public synchronized void settle() {
        if (isTerminal && !live.isEmpty()) {
            out.print(CLEAR_LINE);
            out.flush();
        }
        live = "";
    }

    private void redraw() {
        if (isTerminal && !live.isEmpty()) {
            out.print(CLEAR_LINE + live);
            out.flush();
        }
    }

    @Override
    public void close() {
        settle();
        try {
            log.close();
        } catch (IOException e) {
            out.println("log.txt can't be written: " + e.getMessage());
        }
    }
}
