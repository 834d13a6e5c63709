package org.borealis.jobs;

import java.util.OptionalInt;
import org.borealis.command.Command;

/**
 * How a job ended.
 *
 * @param code exit code: 0 if all went well, otherwise that of the first rank that failed
 * @param rank the first rank that failed, if it is known
 * @param reason a sentence for a person; empty if all went well
 */
record Outcome(int code, OptionalInt rank, String reason) {
    /** As timeout(1) says it. */
    static final int TIMED_OUT = 124;

    /** As a shell says that Ctrl-C ended a command. */
    static final int INTERRUPTED = 130;

    /** A shell's exit code of a process that a signal ended is the signal's number and this. */
    private static final int SIGNAL = 128;

    static Outcome done() {
        return new Outcome(0, OptionalInt.empty(), "");
    }

    static Outcome interrupted() {
        return new Outcome(INTERRUPTED, OptionalInt.empty(), "the job was asked to end, and has ended");
    }

    static Outcome timedOut(String reason) {
        return new Outcome(TIMED_OUT, OptionalInt.empty(), reason);
    }

    static Outcome failed(OptionalInt rank, int code) {
        String who = rank.isPresent() ? "rank " + rank.getAsInt() : "the job";
        return new Outcome(
                code,
                rank,
                who
                        + (isSignal(code)
                                ? " was ended by signal " + (code - SIGNAL) + name(code)
                                : " failed with exit code " + code));
    }

    private static String name(int code) {
        return switch (code - SIGNAL) {
            case 6 -> " (SIGABRT: a native library gave up, or the JVM crashed)";
            case 9 -> " (SIGKILL: somebody's kill -9, or no memory was left)";
            case 11 -> " (SIGSEGV: a native library crashed)";
            case 15 -> " (SIGTERM)";
            default -> "";
        };
    }

    static boolean isSignal(int code) {
        return code > SIGNAL && code != INTERRUPTED;
    }

    /** Whether trying again may help: not where the command line is wrong, nor where somebody wished the end. */
    boolean mayBeTriedAgain() {
        return code != 0 && code != INTERRUPTED && code != Command.MISUSED;
    }
}
