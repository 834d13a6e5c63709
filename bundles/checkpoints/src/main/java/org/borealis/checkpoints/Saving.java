package org.borealis.checkpoints;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.borealis.checkpoint.Checkpoints.Writers;
import org.borealis.tensor.BorealisException;

/**
 * Writes one checkpoint, together with other processes: the first makes a folder, each writes its files there, and the first lists them all
 * and commits. Nothing is visible under the checkpoint's name until all of it is on disk.
 */
final class Saving {
    private static final String SHARE =
            "; all ranks write into one folder, so it has to be on a file system that they share";

    private final Disk disk;
    private final Path target;
    private final Writers writers;
    private final SavePlan plan;
    private final long step;
    private final Map<String, Object> metadata;
    private long neededBytes;

    Saving(Disk disk, Path target, Writers writers, SavePlan plan, long step, Map<String, Object> metadata) {
        this.disk = disk;
        this.target = target;
        this.writers = writers;
        this.plan = plan;
        this.step = step;
        this.metadata = metadata;
        neededBytes = plan.bytes();
    }

    /** @throws BorealisException for all writers, if one fails */
    void run() {
        var unfinished = CheckpointFolder.unfinished(target);
        try {
            var begun = together(() -> begin(unfinished));
            neededBytes = begun.stream()
                    .mapToLong(each -> ByteBuffer.wrap(each).getLong())
                    .sum();
            var folder = folder(begun.getFirst());
            var written = together(() -> write(folder));
            together(() -> isFirst() ? commit(folder, written) : new byte[0]);
        } catch (RuntimeException | Error e) {
            if (isFirst()) {
                discard(unfinished, e);
            }
            throw e;
        }
    }

    private boolean isFirst() {
        return writers.index() == 0;
    }

    /** A phase of the work. */
    private interface Phase {
        byte[] run() throws IOException;
    }

    private List<byte[]> together(Phase phase) {
        return new Agreement(writers).on(() -> {
            try {
                return phase.run();
            } catch (IOException e) {
                throw new BorealisException("checkpoint-write", notWritten(e), e);
            }
        });
    }

    private String notWritten(IOException cause) {
        String free;
        try {
            free = Sizes.of(disk.free(CheckpointFolder.parent(target)));
        } catch (IOException e) {
            free = "an unknown amount";
        }
        return "the checkpoint " + target + " could not be saved: " + reason(cause) + ". It needs "
                + Sizes.of(neededBytes) + ", the disk has " + free
                + " free. Checkpoints that were there before are untouched; make room, or keep fewer of them";
    }

    /** The messages of some file-system exceptions are a path and nothing else. */
    private static String reason(IOException cause) {
        String message = String.valueOf(cause.getMessage());
        return cause instanceof AccessDeniedException ? "no permission to write " + message : message;
    }

    /** Should this fail as well, pruning removes it later. */
    private void discard(Path unfinished, Throwable cause) {
        try {
            disk.deleteAll(unfinished);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Gives how many bytes this writer is going to write, and the first also the folder's name, which tells its process. */
    private byte[] begin(Path unfinished) throws IOException {
        plan.requireNames();
        byte[] name = new byte[0];
        if (isFirst()) {
            disk.createFolders(CheckpointFolder.parent(target));
            disk.deleteAll(unfinished);
            disk.createFolder(unfinished);
            name = String.valueOf(unfinished.getFileName()).getBytes(StandardCharsets.UTF_8);
        }
        return ByteBuffer.allocate(Long.BYTES + name.length)
                .putLong(plan.bytes())
                .put(name)
                .array();
    }

    private Path folder(byte[] begun) {
        return target.resolveSibling(new String(begun, Long.BYTES, begun.length - Long.BYTES, StandardCharsets.UTF_8));
    }

    /** Some file systems don't know how much is free and say 0: then writing finds out. */
    private void requireSpace() throws IOException {
        long free = disk.free(CheckpointFolder.parent(target));
        if (free > 0 && free < neededBytes) {
            throw new IOException("No space left on device");
        }
    }

    private byte[] write(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new BorealisException(
                    "checkpoint-folder", "the folder " + folder + ", which rank 0 made, is not there" + SHARE);
        }
        requireSpace();
        return ManifestJson.write(plan.write(disk, folder, step));
    }

    private byte[] commit(Path folder, List<byte[]> written) throws IOException {
        byte[] manifest = ManifestJson.write(manifest(folder, written));
        byte[] digest = Manifest.digestLine(manifest).getBytes(StandardCharsets.US_ASCII);
        DigestingFile.write(disk, folder, Manifest.NAME, manifest);
        DigestingFile.write(disk, folder, Manifest.DIGEST_NAME, digest);
        disk.sync(folder);
        rename(folder);
        disk.sync(CheckpointFolder.parent(target));
        return new byte[0];
    }

    /** All that the writers wrote, if it is there and makes a checkpoint. */
    private Manifest manifest(Path folder, List<byte[]> written) throws IOException {
        try {
            var files = new ArrayList<Manifest.File>();
            var tensors = new ArrayList<Manifest.Tensor>();
            for (int writer = 0; writer < written.size(); writer++) {
                var own = ManifestJson.read(written.get(writer));
                for (var file : own.files()) {
                    requireThere(folder, file, writer);
                }
                files.addAll(own.files());
                tensors.addAll(own.tensors());
            }
            return new Manifest(step, metadata, files, Manifest.joined(tensors));
        } catch (Broken e) {
            throw new BorealisException(
                    "checkpoint-parts", "the checkpoint " + target + " can't be saved: " + e.problem());
        }
    }

    private static void requireThere(Path folder, Manifest.File file, int writer) throws IOException {
        var path = folder.resolve(file.name());
        if (!Files.exists(path) || Files.size(path) != file.bytes()) {
            throw new BorealisException(
                    "checkpoint-folder",
                    "rank " + writer + " wrote " + path + " of " + file.bytes() + " bytes, and rank 0 sees "
                            + (Files.exists(path) ? Files.size(path) + " bytes" : "no such file") + SHARE);
        }
    }

    /** A folder can't be renamed onto another, so one that is there steps aside; it counts until the new one has the name. */
    private void rename(Path unfinished) throws IOException {
        if (!Files.exists(target)) {
            disk.rename(unfinished, target);
            return;
        }
        var aside = CheckpointFolder.replaced(target);
        disk.deleteAll(aside);
        disk.rename(target, aside);
        try {
            disk.rename(unfinished, target);
        } catch (IOException e) {
            disk.rename(aside, target);
            throw e;
        }
        disk.sync(CheckpointFolder.parent(target));
        disk.deleteAll(aside);
    }
}
