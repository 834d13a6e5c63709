package org.borealis.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Native checkpoints: folders {@code step-000100} of safetensors pieces, attached files, and a manifest with the SHA-256 of each; a
 * service. A checkpoint is there whole or not at all.
 */
@ProviderType
public interface Checkpoints {

    /**
     * Writes a checkpoint into {@code folder/step-NNNNNN} and commits it by one rename.
     *
     * @param tensors in the order they are to be written; each is asked for when its turn comes
     * @param metadata JSON values: numbers, strings, booleans, lists and maps; whole numbers come back as {@code Long}, others as
     *     {@code Double}
     * @param attachments small files by plain name (letters, digits, dots, dashes), such as the resolved recipe
     * @return where it is
     * @throws org.borealis.tensor.BorealisException if the disk is full or fails; nothing half-written stays behind
     */
    Path save(
            Path folder, long step, List<Piece> tensors, Map<String, Object> metadata, Map<String, byte[]> attachments);

    /** A tensor to be written; {@code elements} are dense, row-major, little-endian. */
    record Piece(String name, TensorType type, Supplier<MemorySegment> elements) {}

    /** Keeps the {@code keep} newest complete checkpoints of a folder and removes older ones and remains of unfinished ones. */
    void prune(Path folder, int keep);

    /** Complete and broken checkpoints in a folder, oldest first, judged by manifest and file sizes. */
    List<Entry> list(Path folder);

    /**
     * One folder.
     *
     * @param problem what is wrong with it, if anything
     */
    record Entry(Path path, long step, long bytes, Optional<String> problem) {}

    /**
     * The newest checkpoint whose digests are right. Broken ones that are newer are named to {@code skipped}.
     */
    Optional<Checkpoint> latest(Path folder, Consumer<Entry> skipped);

    /**
     * Opens one checkpoint, or the newest good one if {@code path} is a folder of them or a run folder.
     *
     * @throws org.borealis.tensor.BorealisException if it is missing, torn or altered
     */
    Checkpoint open(Path path);

    /** Reads every byte of a checkpoint, or of all in a folder, and compares digests; gives what is wrong, nothing if all is right. */
    List<String> verify(Path path);

    /** An open checkpoint whose digests were right. */
    @ProviderType
    interface Checkpoint extends TensorSource {
        /** Where it is. */
        Path path();

        /** Steps that had been done. */
        long step();

        /** What {@link #save} was given. */
        Map<String, Object> metadata();

        /** An attached file. */
        Optional<byte[]> attachment(String name);
    }
}
