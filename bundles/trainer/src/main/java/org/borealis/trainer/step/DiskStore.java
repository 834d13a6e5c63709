package org.borealis.trainer.step;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;

/**
 * In a file of its own, which has no name for longer than it takes to open it, so that it is gone with the process however that ends.
 * All of it is written at once: a disk that is full says so before the first step.
 */
final class DiskStore implements Store {
    private final Path folder;
    private final Map<String, TensorType> types;
    private final Map<String, Long> offsets = new HashMap<>();
    private final long bytes;
    private final FileChannel file;

    DiskStore(Path folder, Map<String, TensorType> types) {
        this.folder = folder;
        this.types = types;
        long end = 0;
        for (var entry : types.entrySet()) {
            offsets.put(entry.getKey(), end);
            end += entry.getValue().bytes();
        }
        bytes = end;
        try {
            file = open();
        } catch (IOException e) {
            throw failed("can't be written", e);
        }
    }

    private FileChannel open() throws IOException {
        Files.createDirectories(folder);
        var path = folder.resolve(
                "optimizer-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()));
        var opened = FileChannel.open(
                path,
                Set.of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE));
        try (var arena = Arena.ofConfined()) {
            var zeros = arena.allocate(CHUNK);
            for (long at = 0; at < bytes; at += CHUNK) {
                write(opened, at, zeros.asSlice(0, Math.min(CHUNK, bytes - at)));
            }
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private BorealisException failed(String what, IOException e) {
        long free = folder.toFile().getUsableSpace();
        return new BorealisException(
                "offload",
                "offload: what the optimizer remembers, " + bytes + " bytes, " + what + " in " + folder + ", which has "
                        + free + " bytes free: " + e + ". Another folder: --set offload.disk=FOLDER",
                e);
    }

    @Override
    public Map<String, TensorType> types() {
        return types;
    }

    private long at(String name, long offset) {
        return Objects.requireNonNull(offsets.get(name), name) + offset;
    }

    private static void write(FileChannel file, long at, MemorySegment from) throws IOException {
        for (long done = 0; done < from.byteSize(); done += CHUNK) {
            var buffer =
                    from.asSlice(done, Math.min(CHUNK, from.byteSize() - done)).asByteBuffer();
            while (buffer.hasRemaining()) {
                file.write(buffer, at + done + buffer.position());
            }
        }
    }

    @Override
    public void read(String name, long offset, MemorySegment into) {
        long at = at(name, offset);
        try {
            for (long done = 0; done < into.byteSize(); done += CHUNK) {
                var buffer = into.asSlice(done, Math.min(CHUNK, into.byteSize() - done))
                        .asByteBuffer();
                while (buffer.hasRemaining()) {
                    if (file.read(buffer, at + done + buffer.position()) < 0) {
                        throw new IOException("the file ends early");
                    }
                }
            }
        } catch (IOException e) {
            throw failed("can't be read", e);
        }
    }

    @Override
    public void write(String name, long offset, MemorySegment from) {
        try {
            write(file, at(name, offset), from);
        } catch (IOException e) {
            throw failed("can't be written", e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw failed("can't be given up", e);
        }
    }
}
