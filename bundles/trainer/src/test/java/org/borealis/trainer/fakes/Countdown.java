package org.borealis.trainer.fakes;

import org.borealis.command.Interruption;

/** A wish to end that comes, or something else that happens, when a command has asked a number of times. */
public final class Countdown implements Interruption {
    private int left;
    private Runnable action = () -> {};
    private boolean isRequested;

    /** From the {@code count}-th time on the answer is yes; once. */
    public void afterAsking(int count) {
        atAsking(count, () -> isRequested = true);
    }

    /** Does something before the {@code count}-th answer. */
    public void atAsking(int count, Runnable then) {
        left = count;
        action = then;
    }

    @Override
    public boolean requested() {
        if (--left == 0) {
            action.run();
        }
        boolean answer = isRequested;
        isRequested = false;
        return answer;
    }

    @Override
    public void onRequest(Runnable told) {}
}
