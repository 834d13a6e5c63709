package org.borealis.trainer.progress;

import java.time.Duration;

/** How fast a run goes, smoothed over about its last ten steps. */
public final class Pace {
    private static final double NEWEST = 0.2;

    private double secondsPerStep;
    private double tokensPerStep;

    /** A step of so many tokens took so long. */
    public void step(double tokens, double seconds) {
        double share = secondsPerStep == 0 ? 1 : NEWEST;
        secondsPerStep += share * (seconds - secondsPerStep);
        tokensPerStep += share * (tokens - tokensPerStep);
    }

    public double tokensPerSecond() {
        return secondsPerStep == 0 ? 0 : tokensPerStep / secondsPerStep;
    }

    public Duration left(long steps) {
        return Duration.ofMillis(Math.round(1000 * secondsPerStep * steps));
    }
}
