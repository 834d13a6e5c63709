package org.borealis.trainer;

import java.util.Locale;
import java.util.OptionalDouble;
import org.borealis.trainer.progress.Display;
import org.borealis.trainer.progress.Pace;
import org.borealis.trainer.progress.StepLine;
import org.borealis.trainer.run.Host;

/** Tells the person at the terminal, or who reads the log, how the steps go. */
final class StepReport {
    private static final int PLAIN_STEPS = 10;
    private static final double PLAIN_SECONDS = 15;

    private final Display display;
    private final long steps;
    private final int tokensPerSequence;
    private final OptionalDouble peakShare;
    private final Pace pace = new Pace();
    private String last = "";
    private long lastLine;

    /** @param peakShare share of the device's peak that one token a second makes use of, if known */
    StepReport(Display display, long steps, int tokensPerSequence, OptionalDouble peakShare) {
        this.display = display;
        this.steps = steps;
        this.tokensPerSequence = tokensPerSequence;
        this.peakShare = peakShare;
    }

    void step(long step, int sequences, double loss, double rate, double norm, double seconds) {
        pace.step((double) sequences * tokensPerSequence, seconds);
        double speed = pace.tokensPerSecond();
        last = new StepLine(
                        step,
                        steps,
                        loss,
                        rate,
                        norm,
                        speed,
                        peakShare.stream().map(share -> speed * share).findFirst(),
                        Host.residentBytes(),
                        pace.left(steps - step))
                .toString();
        boolean isDue = step % PLAIN_STEPS == 0 || step == steps || System.nanoTime() - lastLine > PLAIN_SECONDS * 1e9;
        if (display.isLive()) {
            display.live(last);
        } else if (lastLine == 0 || isDue) {
            lastLine = System.nanoTime();
            display.line(last);
        }
    }

    void evaluation(long step, double loss) {
        display.line(
                String.format(Locale.ROOT, "step %d  held-out loss %.4f  perplexity %.2f", step, loss, Math.exp(loss)));
    }

    /** Something that takes a while happens between two steps. */
    void busy(String what) {
        if (!last.isEmpty()) {
            display.live(last + "  " + what);
        }
    }
}
