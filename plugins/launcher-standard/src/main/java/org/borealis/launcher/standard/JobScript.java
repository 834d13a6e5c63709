package org.borealis.launcher.standard;

import java.time.Duration;
import java.util.Map;
import org.borealis.cluster.Job;
import org.borealis.cluster.Submission;

/** The script that a queue runs: directives, variables, one command. */
final class JobScript {
    private final StringBuilder text = new StringBuilder("#!/bin/sh\n");
    private final String directive;

    /** @param directive what lines for the queue begin with, such as {@code #PBS} */
    JobScript(String directive) {
        this.directive = directive;
    }

    /** A line for the queue; none where the value is empty. */
    JobScript ask(String option, String value) {
        if (!value.isEmpty()) {
            text.append(directive).append(' ').append(option).append(value).append('\n');
        }
        return this;
    }

    /** The whole script. @param command as a shell takes it; its exit code is the job's */
    String run(Job job, Map<String, String> environment, String command) {
        text.append("\nset -e\ncd ")
                .append(Submission.quoted(job.folder().toString()))
                .append('\n');
        environment.forEach((name, value) -> text.append("export ")
                .append(name)
                .append('=')
                .append(Submission.quoted(value))
                .append('\n'));
        return text.append("exec ").append(command).append('\n').toString();
    }

    /** As {@code hours:minutes:seconds}, or empty. */
    static String time(Job job) {
        Duration limit = job.timeLimit().orElse(Duration.ZERO);
        return limit.isZero()
                ? ""
                : String.format("%02d:%02d:%02d", limit.toHours(), limit.toMinutesPart(), limit.toSecondsPart());
    }
}
