package org.borealis.recipes;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the sentence meant for people in the stack trace that the container keeps of a constructor that failed. */
final class Failure {
    /** A line that begins an exception: its class, then its message, up to the first frame. */
    private static final Pattern EXCEPTION = Pattern.compile(
            "^(?:Caused by: )?([\\w.$]+)(?:: (.*?))?(?=\\R\\s+at |\\R\\s*\\.\\.\\. |\\RCaused by: |\\z)",
            Pattern.MULTILINE | Pattern.DOTALL);

    private Failure() {}

    /** The message of Borealis's own exception if there is one, else class and message of the innermost cause. */
    static String message(String trace) {
        String innermost = "";
        Matcher exception = EXCEPTION.matcher(trace.strip());
        while (exception.find()) {
            String type = exception.group(1);
            String message =
                    exception.group(2) == null ? "" : exception.group(2).strip();
            if (type.startsWith("org.borealis.") && type.endsWith("Exception") && !message.isEmpty()) {
                return message;
            }
            if (type.contains(".")) {
                innermost = message.isEmpty() ? type : type + ": " + message;
            }
        }
        return innermost;
    }
}
