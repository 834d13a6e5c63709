package org.borealis.jobs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.borealis.cluster.Submission;
import org.borealis.command.Interruption;

/** The processes of one attempt at a job: all of them end, whatever happens. */
final class RunningJob {
    private static final long LOOK_MILLIS = 100;
    /** A rank that dies and those that notice it end at about the same time. */
    private static final long TOGETHER_MILLIS = 300;

    private static final long DRAIN_MILLIS = 2000;
    private static final long THREAD_DUMP_MILLIS = 1000;

    /**
     * How long to wait.
     *
     * @param silence of all ranks until the job counts as hung; zero waits for ever
     * @param whole of the job; zero waits for ever
     * @param grace between SIGTERM and SIGKILL
     */
    record Limits(Duration silence, Duration whole, Duration grace) {}

    private final Limits limits;
    private final Interruption interruption;
    private final RankVoices voices;
    private final List<RunningProgram> programs = new ArrayList<>();
    private final LinkedBlockingQueue<RunningProgram> ended = new LinkedBlockingQueue<>();
    private final long begun = System.nanoTime();

    RunningJob(Limits limits, Interruption interruption, RankVoices voices) {
        this.limits = limits;
        this.interruption = interruption;
        this.voices = voices;
    }

    /** Runs the programs to their end, on the calling thread. */
    Outcome run(Submission submission, Path folder) throws InterruptedException {
        try (var guardian = Guardian.start(limits.grace)) {
            try {
                for (Submission.Program program : submission.programs()) {
                    var running = RunningProgram.start(program, folder, voices);
                    programs.add(running);
                    guardian.watch(running.process());
                    running.onEnd(() -> {
                        guardian.forget(running.process());
                        ended.add(running);
                    });
                }
                return await();
            } finally {
                stop();
                for (RunningProgram each : programs) {
                    each.drain(DRAIN_MILLIS);
                }
            }
        }
    }

    private Outcome await() throws InterruptedException {
        int left = programs.size();
        while (left > 0) {
            RunningProgram next = ended.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (interruption.requested()) {
                return Outcome.interrupted();
            }
            if (next != null && next.process().exitValue() != 0) {
                return failure(next);
            }
            left -= next == null ? 0 : 1;
            if (isOver(limits.silence, voices.silence())) {
                return hung();
            }
            if (isOver(limits.whole, Duration.ofNanos(System.nanoTime() - begun))) {
                return Outcome.timedOut("the time limit of " + words(limits.whole) + " is over");
            }
        }
        return Outcome.done();
    }

    private static boolean isOver(Duration limit, Duration spent) {
        return limit.isPositive() && spent.compareTo(limit) > 0;
    }

    static String words(Duration duration) {
        return duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }

    /** One that was killed is the cause; one that fails beside it may only have lost its peer. */
    private Outcome failure(RunningProgram first) throws InterruptedException {
        Thread.sleep(TOGETHER_MILLIS);
        var failed = new ArrayList<>(List.of(first));
        ended.drainTo(failed);
        failed.removeIf(each -> each.process().exitValue() == 0);
        for (RunningProgram each : failed) {
            each.drain(TOGETHER_MILLIS);
        }
        var cause = failed.stream()
                .min(Comparator.comparing(each -> !Outcome.isSignal(each.failedCode())))
                .orElse(first);
        return Outcome.failed(cause.failedRank(), cause.failedCode());
    }

    private Outcome hung() throws InterruptedException {
        String said = voices.lastLines().entrySet().stream()
                .limit(8)
                .map(each -> "\n  [" + each.getKey() + "] " + each.getValue())
                .collect(Collectors.joining());
        voices.quieten();
        programs.forEach(RunningProgram::dumpThreads);
        Thread.sleep(THREAD_DUMP_MILLIS);
        return Outcome.timedOut("no rank has said anything for " + words(limits.silence)
                + ": the job hangs, and is stopped; what its threads do is at the end of the files of the ranks."
                + (said.isEmpty() ? "" : " Their last words:" + said));
    }

    /** SIGTERM to all that live, and SIGKILL to those that still do when the grace is over. */
    private void stop() throws InterruptedException {
        List<ProcessHandle> alive = programs.stream()
                .map(RunningProgram::process)
                .filter(Process::isAlive)
                .flatMap(each -> Stream.concat(Stream.of(each.toHandle()), each.descendants()))
                .toList();
        programs.stream()
                .map(each -> each.process().toHandle())
                .filter(ProcessHandle::isAlive)
                .forEach(ProcessHandle::destroy);
        long end = System.nanoTime() + limits.grace.toNanos();
        while (alive.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
            Thread.sleep(LOOK_MILLIS / 2);
        }
        alive.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
        for (RunningProgram each : programs) {
            each.process().waitFor();
        }
    }
}
