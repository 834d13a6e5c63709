package org.borealis.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.borealis.tensor.BorealisException;

/**
 * A small process that outlives this one by as long as it takes to end the job's: no signal that this process can't
 * catch, and no crash of it, leaves any behind.
 */
final class Guardian implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;

    private final Process process;
    private final Writer words;

    private Guardian(Process process) {
        this.process = process;
        this.words = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII);
    }

    /** @param grace between SIGTERM and SIGKILL */
    static Guardian start(Duration grace) {
        try (InputStream script = Guardian.class.getResourceAsStream("guardian.sh")) {
            String text = new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
            var builder = new ProcessBuilder("sh", "-c", text, "borealis-guardian", Long.toString(grace.toSeconds()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            return new Guardian(builder.start());
        } catch (IOException e) {
            throw new BorealisException("guardian", "the process that watches over the job can't be started: " + e, e);
        }
    }

    void watch(Process rank) {
        say("watch " + rank.pid());
    }

    void forget(Process rank) {
        say("forget " + rank.pid());
    }

    private synchronized void say(String line) {
        try {
            words.write(line + "\n");
            words.flush();
        } catch (IOException e) {
            // Somebody ended it; the job itself is none the worse for it.
        }
    }

    @Override
    public void close() {
        say("done");
        try {
            process.getOutputStream().close();
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
