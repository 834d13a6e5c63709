package org.borealis.conformance;

import java.io.PrintStream;
import org.borealis.testkit.backend.Check;

/** Says on a terminal which check runs, so that it is known even if the backend takes the process down. */
final class Progress {
    private static final int COLUMNS = 100;

    private final PrintStream out;
    private final boolean isTerminal;
    private final boolean isVerbose;
    private final int count;
    private int done;

    Progress(PrintStream out, boolean isVerbose, int count) {
        this.out = out;
        this.isTerminal = System.console() != null && System.console().isTerminal();
        this.isVerbose = isVerbose;
        this.count = count;
    }

    void begin(Check check) {
        done++;
        String line = done + "/" + count + "  " + check.sentence();
        if (isVerbose) {
            out.println(line);
        } else if (isTerminal) {
            String cut = line.substring(0, Math.min(line.length(), COLUMNS));
            out.print("\r" + cut + " ".repeat(COLUMNS - cut.length()));
        }
        out.flush();
    }

    void end() {
        if (isTerminal && !isVerbose) {
            out.print("\r" + " ".repeat(COLUMNS) + "\r");
            out.flush();
        }
    }
}
