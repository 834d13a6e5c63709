package org.borealis.checkpoints;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A file that is digested while it is written. SHA-256 and writing take about as long as each other, so they run side by side; the
 * bytes are copied first because what holds them may be open to one thread only.
 */
final class DigestingFile implements WritableByteChannel {
    private final Disk.Output output;
    private final ExecutorService worker;
    private final MessageDigest digest = Digest.begin();
    private final byte[] chunk = new byte[Digest.CHUNK_BYTES];
    private long bytes;

    DigestingFile(Disk disk, Path file) throws IOException {
        output = disk.create(file);
        worker = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("checkpoint-digest").factory());
    }

    /** Writes a small file whole. */
    static Manifest.File write(Disk disk, Path folder, String name, byte[] bytes) throws IOException {
        try (var file = new DigestingFile(disk, folder.resolve(name))) {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            return file.finish(name, false);
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int length = Math.min(source.remaining(), chunk.length);
        source.get(chunk, 0, length);
        var digesting = worker.submit(() -> digest.update(chunk, 0, length));
        try {
            var buffer = ByteBuffer.wrap(chunk, 0, length);
            while (buffer.hasRemaining()) {
                output.write(buffer);
            }
        } finally {
            await(digesting);
        }
        bytes += length;
        return length;
    }

    private static void await(Future<?> task) throws IOException {
        try {
            task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes the file durable and describes it. */
    Manifest.File finish(String name, boolean isState) throws IOException {
        output.sync();
        return new Manifest.File(name, isState, bytes, Digest.end(digest));
    }

    @Override
    public boolean isOpen() {
        return output.isOpen();
    }

    @Override
    public void close() throws IOException {
        worker.close();
        output.close();
    }
}
