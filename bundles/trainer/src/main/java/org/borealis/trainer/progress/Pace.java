package org.borealis.trainer.progress;

import java.time.Duration;

/** How fast a run goes, smoothed over about its last ten steps. */
public final class Pace {
    private static final double NEWEST = 0.2;

    private double secondsPerStep;

    /** A step took so long. */
    public void step(double seconds) {
        secondsPerStep = secondsPerStep == 0 ? seconds : secondsPerStep + NEWEST * (seconds - secondsPerStep);
    }

    public double perSecond(double tokensPerStep) {
        return secondsPerStep == 0 ? 0 : tokensPerStep / secondsPerStep;
    }

    public Duration left(long steps) {
        return Duration.ofMillis(Math.round(1000 * secondsPerStep * steps));
    }
}
