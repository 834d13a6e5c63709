package org.borealis.jobs;

import java.nio.file.Path;
import java.time.Duration;

/** A launcher in a process of its own, to be killed. */
final class LaunchingProgram {
    private LaunchingProgram() {}

    public static void main(String... arguments) throws Exception {
        var folder = Path.of("").toAbsolutePath();
        var limits = new RunningJob.Limits(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        try (var voices = new RankVoices(folder.resolve("logs"), "---", System.out, System.err)) {
            new RunningJob(limits, new RunningJobTest.Wish(), voices)
                    .run(RunningJobTest.ranks(Integer.parseInt(arguments[0]), arguments[1]), folder);
        }
    }
}
