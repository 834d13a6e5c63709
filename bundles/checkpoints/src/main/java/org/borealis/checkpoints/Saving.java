package org.borealis.checkpoints;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.borealis.checkpoint.safetensors.SafetensorsWriter;

/** Writes one checkpoint. Nothing is visible under its name until all of it is on disk. */
record Saving(Disk disk, Path target, SavePlan plan, long step, Map<String, Object> metadata) {

    void run() throws IOException {
        createFolders(CheckpointFolder.parent(target));
        requireSpace();
        var unfinished = CheckpointFolder.unfinished(target);
        try {
            write(unfinished);
            commit(unfinished);
        } catch (IOException | RuntimeException | Error e) {
            discard(unfinished, e);
            throw e;
        }
        disk.sync(CheckpointFolder.parent(target));
    }

    /** Should this fail as well, pruning removes it later. */
    private void discard(Path unfinished, Throwable cause) {
        try {
            disk.deleteAll(unfinished);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private void createFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            var parent = CheckpointFolder.parent(folder);
            createFolders(parent);
            disk.createFolder(folder);
            disk.sync(parent);
        }
    }

    /** Some file systems don't know how much is free and say 0: then writing finds out. */
    private void requireSpace() throws IOException {
        long free = disk.free(CheckpointFolder.parent(target));
        if (free > 0 && free < plan.bytes()) {
            throw new IOException("No space left on device");
        }
    }

    private void write(Path folder) throws IOException {
        disk.deleteAll(folder);
        disk.createFolder(folder);
        var files = new ArrayList<Manifest.File>();
        var tensors = new ArrayList<Manifest.Tensor>();
        try (var worker = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("checkpoint-digest").factory())) {
            for (var state : plan.files()) {
                files.add(write(folder, state, worker));
                state.tensors().forEach(t -> tensors.add(new Manifest.Tensor(t.name(), t.type(), state.name())));
            }
            for (var attachment : plan.attachments().entrySet()) {
                files.add(write(folder, attachment.getKey(), attachment.getValue(), worker));
            }
            byte[] manifest = ManifestJson.write(new Manifest(step, metadata, files, tensors));
            write(folder, Manifest.NAME, manifest, worker);
            byte[] digest = Manifest.digestLine(manifest).getBytes(StandardCharsets.US_ASCII);
            write(folder, Manifest.DIGEST_NAME, digest, worker);
        }
        disk.sync(folder);
    }

    private Manifest.File write(Path folder, SavePlan.StateFile state, ExecutorService worker) throws IOException {
        try (var file = new DigestingFile(disk, folder.resolve(state.name()), worker)) {
            var writer = new SafetensorsWriter(file, state.types(), Map.of());
            for (var tensor : state.tensors()) {
                writer.write(tensor.name(), tensor.elements().get());
            }
            writer.finish();
            return file.finish(state.name(), true);
        }
    }

    private Manifest.File write(Path folder, String name, byte[] bytes, ExecutorService worker) throws IOException {
        try (var file = new DigestingFile(disk, folder.resolve(name), worker)) {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            return file.finish(name, false);
        }
    }

    /** A folder can't be renamed onto another, so one that is there steps aside; it counts until the new one has the name. */
    private void commit(Path unfinished) throws IOException {
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
