package org.borealis.jobs;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.borealis.cluster.Submission.Program;
import org.borealis.cluster.Submission.Voices;
import org.borealis.tensor.BorealisException;

/** A program of a job: its process, and what becomes of what it prints. */
final class RunningProgram {
    /** What would tell a rank of this job the place that this very process has in another one. */
    private static final Pattern OTHERS_PLACE =
            Pattern.compile("OMPI_COMM_WORLD_.*|PMI_.*|PMIX_.*|PALS_.*|BOREALIS_(LOCAL_)?(RANK|SIZE)");
    /** Set by bin/borealis for a process that has the machine to itself, which a rank has not. */
    private static final List<String> THREADS = List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS");

    private final Program program;
    private final Process process;
    private final RankVoices voices;
    private final List<Thread> pumps;
    private volatile OptionalInt fallen = OptionalInt.empty();
    private volatile OptionalInt code = OptionalInt.empty();

    private RunningProgram(Program program, Process process, RankVoices voices) {
        this.program = program;
        this.process = process;
        this.voices = voices;
        this.pumps = List.of(pump(process.getInputStream(), false), pump(process.getErrorStream(), true));
    }

    /** @throws BorealisException if there is no such program */
    static RunningProgram start(Program program, Path folder, RankVoices voices) {
        var builder =
                new ProcessBuilder(program.command()).directory(folder.toFile()).redirectInput(new File("/dev/null"));
        var environment = builder.environment();
        environment.keySet().removeIf(name -> OTHERS_PLACE.matcher(name).matches());
        String cores = Integer.toString(Runtime.getRuntime().availableProcessors());
        environment
                .entrySet()
                .removeIf(each ->
                        THREADS.contains(each.getKey()) && each.getValue().equals(cores));
        environment.putAll(program.environment());
        try {
            return new RunningProgram(program, builder.start(), voices);
        } catch (IOException e) {
            throw new BorealisException(
                    "launch-start",
                    program.command().getFirst() + " can't be started: " + e.getMessage()
                            + "; is it installed, and on the PATH?",
                    e);
        }
    }

    Process process() {
        return process;
    }

    /** Runs an action when the process has ended; on a thread of its own, because the common pool may have a single one. */
    void onEnd(Runnable action) {
        Thread.ofPlatform().daemon().name("end of process " + process.pid()).start(() -> {
            try {
                process.waitFor();
                action.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Waits until all that it said has been passed on; call it when the process has ended. */
    void drain(long millis) throws InterruptedException {
        for (Thread pump : pumps) {
            pump.join(millis); // a process that it left behind may keep the pipe open
        }
    }

    /** The rank that failed, as far as is known. */
    OptionalInt failedRank() {
        return program.voices() instanceof Voices.Rank own ? OptionalInt.of(own.rank()) : fallen;
    }

    /** The exit code of what failed; of the program where nothing better is known. */
    int failedCode() {
        return code.orElse(process.exitValue());
    }

    /** A JVM answers SIGQUIT with what its threads do; mpiexec and srun would only die of it. */
    void dumpThreads() {
        if (program.voices() instanceof Voices.Rank && process.isAlive()) {
            try {
                new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start();
            } catch (IOException e) {
                // It is about to be ended in any case.
            }
        }
    }

    private Thread pump(InputStream stream, boolean isError) {
        return Thread.ofPlatform()
                .daemon()
                .name("output of process " + process.pid())
                .start(() -> passOn(stream, isError));
    }

    private void passOn(InputStream stream, boolean isError) {
        try (var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                passOn(line, isError);
            }
        } catch (IOException e) {
            // The process was killed while it spoke.
        }
    }

    private void passOn(String line, boolean isError) {
        switch (program.voices()) {
            case Voices.Rank own -> voices.say(own.rank(), line, isError);
            case Voices.Queue queue -> voices.sayUnmarked(line, isError);
            case Voices.Ranks marked -> {
                Matcher obituary = marked.obituary().matcher(line);
                if (obituary.matches() && fallen.isEmpty()) {
                    boolean hasCode = obituary.namedGroups().containsKey("code") && obituary.group("code") != null;
                    code = hasCode ? OptionalInt.of(Integer.parseInt(obituary.group("code"))) : code;
                    fallen = OptionalInt.of(Integer.parseInt(obituary.group("rank")));
                }
                Matcher mark = marked.mark().matcher(line);
                if (mark.lookingAt()) {
                    voices.say(Integer.parseInt(mark.group("rank")), line.substring(mark.end()), isError);
                } else {
                    voices.sayUnmarked(line, isError);
                }
            }
        }
    }
}
