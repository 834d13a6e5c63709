package org.borealis.command;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The user's or the scheduler's wish that the running command come to an end: Ctrl-C, SIGTERM, or a lost terminal.
 *
 * <p>A command that uses this service is trusted to end by itself, saving first what must be saved; one that does not
 * is ended at once. A second Ctrl-C ends the process at once in any case, a repeated SIGTERM does not, because
 * schedulers repeat it. Safe for use by any thread.
 */
@ProviderType
public interface Interruption {
    /** Whether the wish was expressed. Cheap enough to be asked at every step. */
    boolean requested();

    /**
     * Runs an action when the wish is expressed, on a thread of its own; at once if it already was.
     *
     * @param action must return soon: it tells the command to stop, it does not do the stopping
     */
    void onRequest(Runnable action);
}
