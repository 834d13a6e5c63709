package org.borealis.checkpoints;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Names in a folder of checkpoints.
 *
 * <p>{@code step-000100} is a checkpoint. {@code step-000100.tmp-PID-START} is being written, or deleted, by the process of that number
 * and start; of ranks that write together, that is the first. {@code step-000100.replaced-PID-START} is one that is just being
 * replaced: whole, and the one that counts if the other did not get its name any more.
 */
final class CheckpointFolder {
    private static final Pattern COMPLETE = Pattern.compile("step-(\\d{1,18})(\\.replaced-\\d+-\\d+)?");
    private static final Pattern UNFINISHED = Pattern.compile("step-\\d+\\.tmp-(\\d{1,18})-(\\d{1,18})");

    private CheckpointFolder() {}

    /** A checkpoint, whole or not. */
    record Candidate(Path path, long step) {
        boolean isReplaced() {
            return String.valueOf(path.getFileName()).contains(".replaced-");
        }
    }

    /** The folder that a path lies in; a root lies in itself. */
    static Path parent(Path path) {
        var absolute = path.toAbsolutePath();
        return Objects.requireNonNullElse(absolute.getParent(), absolute);
    }

    static String name(long step) {
        return String.format("step-%06d", step);
    }

    /** A name for what this process is writing or deleting. */
    static Path unfinished(Path checkpoint) {
        return beside(checkpoint, "tmp");
    }

    static Path replaced(Path checkpoint) {
        return beside(checkpoint, "replaced");
    }

    private static Path beside(Path checkpoint, String suffix) {
        var process = ProcessHandle.current();
        return checkpoint.resolveSibling(
                checkpoint.getFileName() + "." + suffix + "-" + process.pid() + "-" + start(process));
    }

    private static long start(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Whether a path is named like a checkpoint. */
    static boolean isNamedLikeOne(Path path) {
        return path.getFileName() != null
                && COMPLETE.matcher(path.getFileName().toString()).matches();
    }

    /** Checkpoints by their names, oldest first; empty if there is no such folder. */
    static List<Candidate> candidates(Path folder) {
        var candidates = new ArrayList<Candidate>();
        for (var path : children(folder)) {
            var matcher = COMPLETE.matcher(path.getFileName().toString());
            if (matcher.matches() && Files.isDirectory(path)) {
                candidates.add(new Candidate(path, Long.parseLong(matcher.group(1))));
            }
        }
        var present = new HashSet<Long>();
        candidates.stream().filter(c -> !c.isReplaced()).forEach(c -> present.add(c.step()));
        candidates.removeIf(c -> c.isReplaced() && present.contains(c.step()));
        candidates.sort(Comparator.comparingLong(Candidate::step));
        return candidates;
    }

    /** What dead processes, or finished replacements, have left. */
    static List<Path> remains(Path folder) {
        var candidates = new HashSet<Path>();
        candidates(folder).forEach(candidate -> candidates.add(candidate.path()));
        var remains = new ArrayList<Path>();
        for (var path : children(folder)) {
            String name = path.getFileName().toString();
            var unfinished = UNFINISHED.matcher(name);
            boolean isDead = unfinished.matches()
                    && !isAlive(Long.parseLong(unfinished.group(1)), Long.parseLong(unfinished.group(2)));
            boolean isReplaced =
                    name.contains(".replaced-") && COMPLETE.matcher(name).matches();
            if (isDead || isReplaced && !candidates.contains(path)) {
                remains.add(path);
            }
        }
        return remains;
    }

    /** The start tells a process from a later one of the same number; in containers numbers repeat at once. */
    private static boolean isAlive(long pid, long start) {
        return ProcessHandle.of(pid).filter(process -> start(process) == start).isPresent();
    }

    private static List<Path> children(Path folder) {
        try (var paths = Files.list(folder)) {
            return paths.filter(path -> Files.isDirectory(path)).toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
