package org.borealis.jobs;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the ranks say: merged, each line with its rank before it, and in a file for each rank. Remembers what it takes to
 * say later what went wrong. Safe for use by any thread.
 */
final class RankVoices implements AutoCloseable {
    private static final Pattern ERROR = Pattern.compile(
            "borealis: (?!ending ).*|Exception in thread .*|# A fatal error .*|.*\\b\\w*(?:Error|Exception)\\b.*");
    private static final int LINES = 10; // of an error, or of last words

    /** A rank's file, and its lines that may have to be shown again. */
    private record Voice(BufferedWriter file, ArrayDeque<String> last, List<String> error) {}

    private final Path folder;
    private final String heading;
    private final PrintStream out;
    private final PrintStream err;
    private final Map<Integer, Voice> voices = new TreeMap<>();
    private long heard = System.nanoTime();
    private boolean isQuiet;

    /**
     * @param folder of the files; made if it is not there
     * @param heading line with which each file begins, or goes on
     */
    RankVoices(Path folder, String heading, PrintStream out, PrintStream err) {
        this.folder = folder;
        this.heading = heading;
        this.out = out;
        this.err = err;
    }

    synchronized void say(int rank, String line, boolean isError) {
        heard = System.nanoTime();
        Voice voice = voices.computeIfAbsent(rank, this::open);
        if (!isQuiet) {
            (isError ? err : out).println("[" + rank + "] " + line);
        }
        try {
            voice.file.write(line);
            voice.file.newLine();
            voice.file.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (isQuiet) {
            return;
        }
        voice.last.addLast(line);
        if (voice.last.size() > LINES) {
            voice.last.removeFirst();
        }
        boolean begins = voice.error.isEmpty() && ERROR.matcher(line).matches();
        if (isError && (begins || !voice.error.isEmpty() && voice.error.size() < LINES)) {
            voice.error.add(line);
        }
    }

    /** What mpiexec or srun itself says. */
    synchronized void sayUnmarked(String line, boolean isError) {
        heard = System.nanoTime();
        (isError ? err : out).println(line);
    }

    /** From now on, what ranks say goes to their files alone. */
    synchronized void quieten() {
        isQuiet = true;
    }

    /** How long nobody has said anything. */
    synchronized Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heard);
    }

    /** The first error of a rank, or its last words if it mentioned none. */
    synchronized List<String> complaint(int rank) {
        Voice voice = voices.get(rank);
        return voice == null ? List.of() : List.copyOf(voice.error.isEmpty() ? voice.last : voice.error);
    }

    /** The last line of every rank. */
    synchronized Map<Integer, String> lastLines() {
        var lines = new TreeMap<Integer, String>();
        voices.forEach((rank, voice) -> lines.put(rank, voice.last.isEmpty() ? "" : voice.last.getLast()));
        return lines;
    }

    Path file(int rank) {
        return folder.resolve("rank-" + rank + ".txt");
    }

    private Voice open(int rank) {
        try {
            Files.createDirectories(folder);
            var file = Files.newBufferedWriter(file(rank), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            file.write(heading);
            file.newLine();
            return new Voice(file, new ArrayDeque<>(), new ArrayList<>());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        for (Voice voice : voices.values()) {
            try {
                voice.file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        voices.clear();
    }
}
