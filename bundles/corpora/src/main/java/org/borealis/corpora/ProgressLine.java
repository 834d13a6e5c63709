package org.borealis.corpora;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;
import org.borealis.data.Corpora.Progress;

/** Shows how far a preparation is: one line that changes on a terminal, a line every ten per cent elsewhere. */
final class ProgressLine implements Consumer<Progress>, AutoCloseable {
    private static final int BAR = 30;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int STEP_PERCENT = 10;

    private final PrintStream out;
    private final boolean isTerminal;
    private final long start = System.nanoTime();
    private long drawn = start - REDRAW_NANOS;
    private long said;

    ProgressLine(PrintStream out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void accept(Progress progress) {
        long now = System.nanoTime();
        long percent = percent(progress);
        if (isTerminal && (now - drawn >= REDRAW_NANOS || percent == 100)) {
            drawn = now;
            out.print("\r" + bar(percent) + " " + describe(progress, percent, now) + "\033[K");
            out.flush();
        } else if (!isTerminal && percent >= said + STEP_PERCENT) {
            said = percent;
            out.println(describe(progress, percent, now));
        }
    }

    private static long percent(Progress progress) {
        return progress.totalBytes() == 0 ? 100 : Math.min(100, progress.bytes() * 100 / progress.totalBytes());
    }

    private static String bar(long percent) {
        int full = (int) (percent * BAR / 100);
        return "[" + "#".repeat(full) + " ".repeat(BAR - full) + "]";
    }

    private String describe(Progress progress, long percent, long now) {
        double seconds = Math.max(1e-3, (now - start) / 1e9);
        long left = percent == 0
                ? 0
                : Math.round(seconds * (progress.totalBytes() - progress.bytes()) / Math.max(1, progress.bytes()));
        return String.format(
                Locale.ROOT,
                "%d%%  %s of %s  %s documents  %s tokens  %s/s  %d:%02d left",
                percent,
                Sizes.bytes(progress.bytes()),
                Sizes.bytes(progress.totalBytes()),
                Sizes.count(progress.documents()),
                Sizes.count(progress.tokens()),
                Sizes.bytes((long) (progress.bytes() / seconds)),
                Math.max(0, left) / 60,
                Math.max(0, left) % 60);
    }

    @Override
    public void close() {
        if (isTerminal) {
            out.print("\r\033[K");
            out.flush();
        }
    }
}
