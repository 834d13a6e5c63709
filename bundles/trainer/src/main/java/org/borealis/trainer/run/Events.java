package org.borealis.trainer.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;
import org.borealis.tensor.BorealisException;
import org.borealis.train.RunEvent;

/** The file {@code events.jsonl}: one event a line, each with the step at which it happened. */
public final class Events implements AutoCloseable {
    private static final Pattern STEP = Pattern.compile("^\\{\"event\":\"[^\"]*\",\"step\":(\\d{1,18})[,}]");

    private final Path file;
    private final FileChannel channel;

    private Events(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens the file to append to it. */
    public static Events append(Path file) {
        try {
            return new Events(file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Drops what happened after a step, and what an ended process had begun to write. The file changes at once or not at all. */
    public static void truncate(Path file, long step) {
        if (!Files.exists(file)) {
            return;
        }
        var kept = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            try (var lines = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                    var out = Files.newBufferedWriter(kept, StandardCharsets.UTF_8)) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (isUpTo(step, line)) {
                        out.write(line);
                        out.write('\n');
                    }
                }
            }
            try (var channel = FileChannel.open(kept, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static boolean isUpTo(long step, String line) {
        var match = STEP.matcher(line);
        return line.endsWith("}") && match.find() && Long.parseLong(match.group(1)) <= step;
    }

    /** Writes one event; it is in the file, though perhaps not yet on the disk, when this returns. */
    public void write(RunEvent event) {
        try {
            var bytes = ByteBuffer.wrap((line(event) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** The line of an event, without its end. */
    static String line(RunEvent event) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("event", event.name());
        fields.putAll(event.values());
        return Json.of(fields);
    }

    /** Waits until all events are on the disk. */
    public void force() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static BorealisException unwritable(Path file, IOException cause) {
        return new BorealisException(
                "events-unwritable",
                file + " can't be written: " + cause.getMessage()
                        + ". Free some space or choose another folder with --runs; the run goes on from its last checkpoint",
                cause);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }
}
