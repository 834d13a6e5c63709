package org.borealis.collectives.gloo;

import org.borealis.parallel.CommunicationException;

/** What Gloo says, for people. */
final class Failures {
    private Failures() {}

    /** A failure of an operation. {@code where} begins the message, and {@code peer} says who failed. */
    static CommunicationException of(String where, String peer, RuntimeException cause) {
        String said = said(cause);
        boolean isLate = said.contains("imed out") || said.contains("timeout");
        return isLate
                ? new CommunicationException(
                        "peer-late",
                        where + peer
                                + " did not come in time, or does something else (members have to call the same, with"
                                + " equal sizes); " + said,
                        cause)
                : new CommunicationException(
                        "peer-lost", where + peer + " is gone, or gave up: see its log; " + said, cause);
    }

    /** The message without the place in Gloo's sources, and without its guesses. */
    static String said(RuntimeException cause) {
        String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return "Gloo: " + message.replaceFirst("^\\[[^]]*:[0-9]+\\] ", "").replaceFirst("\\. This is typically.*", "");
    }
}
