package org.borealis.trainer.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.borealis.tensor.BorealisException;

/** The folder of a run, held by one process at a time. */
public final class RunFolder implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final String LOG = "log.txt";
    /** Name of the file with the resolved recipe. */
    public static final String RECIPE = "recipe.resolved.yaml";
    /** Files of what each rank says, which a launcher writes. */
    private static final String RANKS = "logs";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final Path path;
    private final Optional<FileChannel> channel;
    private final Object identity;

    private RunFolder(Path path, Optional<FileChannel> channel, Object identity) {
        this.path = path;
        this.channel = channel;
        this.identity = identity;
    }

    /** Where the folder of a run is; makes none. */
    public static Path path(Path runs, String name) {
        return runs.resolve(checked(name));
    }

    /**
     * Opens the folder of a run, making it if there is none.
     *
     * @throws BorealisException if another process works in it
     */
    public static RunFolder open(Path runs, String name) {
        var path = path(runs, name);
        try {
            while (true) {
                Files.createDirectories(path);
                var before = identity(path);
                var channel = take(path);
                if (before.isPresent() && before.equals(identity(path))) {
                    return new RunFolder(path, Optional.of(channel), before.get());
                }
                channel.close(); // it was not there yet, or who held it has just deleted it
            }
        } catch (IOException e) {
            throw new BorealisException(
                    "run-folder", "the run folder " + path + " can't be made or opened: " + e.getMessage(), e);
        }
    }

    /** The folder of a run that another rank holds; nothing is written there. */
    public static RunFolder beside(Path runs, String name) {
        return new RunFolder(path(runs, name), Optional.empty(), LOCK);
    }

    private static FileChannel take(Path path) throws IOException {
        var channel = FileChannel.open(
                path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (lock(channel).isEmpty()) {
            var holder = content(channel);
            channel.close();
            throw new BorealisException(
                    "run-in-use",
                    "the run folder " + path + " is in use by " + holder
                            + "; wait until it ends, or give this run another name with --set name=");
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(me().getBytes(StandardCharsets.UTF_8)), 0);
        return channel;
    }

    /**
     * Which file the lock is, whatever its name; empty if there is none. Not by reading it: POSIX drops all locks of a process on a file
     * as soon as the process closes it anywhere.
     */
    private static Optional<Object> identity(Path path) throws IOException {
        try {
            var attributes = Files.readAttributes(path.resolve(LOCK), BasicFileAttributes.class);
            return Optional.of(attributes.fileKey() == null ? LOCK : attributes.fileKey());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new BorealisException(
                    "run-name",
                    "name: a run's name is at most 100 letters, digits, '.', '_' and '-', beginning with a letter or digit,"
                            + " because it names a folder; got '" + name + "'");
        }
        return name;
    }

    private static Optional<FileLock> lock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        }
    }

    private static String content(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(200);
        channel.read(bytes, 0);
        var text = StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip();
        return text.isEmpty() ? "another process" : text;
    }

    private static String me() {
        return "process " + ProcessHandle.current().pid() + " on " + Host.name();
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Whether a run has begun here. */
    public boolean hasRun() {
        return Files.exists(events()) || Files.exists(checkpoints());
    }

    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    public Path events() {
        return path.resolve("events.jsonl");
    }

    public Path log() {
        return path.resolve(LOG);
    }

    public Path recipe() {
        return path.resolve(RECIPE);
    }

    /** Where the corpus goes that is prepared for this run and for no other. */
    public Path corpus() {
        return path.resolve("corpus").resolve("tokens");
    }

    /** Writes a small file whole or not at all. */
    public static void write(Path file, byte[] content) {
        var begun = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (var channel = FileChannel.open(
                    begun, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                for (var bytes = ByteBuffer.wrap(content); bytes.hasRemaining(); ) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(begun, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new BorealisException("file-unwritable", file + " can't be written: " + e.getMessage(), e);
        }
    }

    /** Moves the folder out of the way, to the first free of {@code NAME.1}, {@code NAME.2} ..; gives where it went. */
    public Path moveAside() {
        try {
            int number = 1;
            while (Files.exists(aside(number))) {
                number++;
            }
            return Files.move(path, aside(number), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new BorealisException(
                    "run-folder", "the run folder " + path + " can't be moved aside: " + e.getMessage(), e);
        }
    }

    private boolean isEmpty() throws IOException {
        try (var entries = Files.list(path)) {
            boolean isOnlyOpened =
                    entries.map(entry -> entry.getFileName().toString()).allMatch(Set.of(LOCK, LOG, RANKS)::contains);
            return isOnlyOpened && (!Files.exists(log()) || Files.size(log()) == 0);
        }
    }

    private Path aside(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    /** Lets other processes in. A folder in which nothing came to be is removed, but for what ranks said. */
    @Override
    public void close() {
        if (channel.isEmpty()) {
            return;
        }
        try (var held = channel.get()) {
            if (held.isOpen() && identity(path).equals(Optional.of(identity)) && isEmpty()) {
                Files.deleteIfExists(log());
                Files.deleteIfExists(path.resolve(LOCK));
                Files.delete(path);
            }
        } catch (DirectoryNotEmptyException e) {
            // A launcher keeps what ranks said there, or another process has just come in: the folder is its own now.
        } catch (IOException e) {
            throw new BorealisException("run-folder", "the lock of " + path + " can't be released", e);
        }
    }
}
