package org.borealis.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.borealis.parallel.Box;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Native checkpoints: folders {@code step-000100} of safetensors pieces, attached files, and a manifest with the SHA-256 of each; a
 * service. A checkpoint is there whole or not at all.
 */
@ProviderType
public interface Checkpoints {

    /**
     * Writes a checkpoint into {@code folder/step-NNNNNN} and commits it by one rename. All of {@code writers} call it at once, each
     * with what it is to write, in a file system that they share; it returns when the checkpoint is there.
     *
     * @param writers who writes it; what only one of them fails in, the call fails in for all
     * @param pieces this writer's, in the order they are to be written; those of all writers together are whole tensors
     * @param metadata JSON values: numbers, strings, booleans, lists and maps; whole numbers come back as {@code Long}, others as
     *     {@code Double}; the first writer's count
     * @param attachments small files by plain name (letters, digits, dots, dashes), such as the resolved recipe; the first writer's count
     * @return where it is
     * @throws org.borealis.tensor.BorealisException if the disk is full or fails, or a part of a tensor is there twice or not at all;
     *     nothing half-written stays behind
     */
    Path save(
            Writers writers,
            Path folder,
            long step,
            List<Piece> pieces,
            Map<String, Object> metadata,
            Map<String, byte[]> attachments);

    /** The processes that write a checkpoint together. All call the same methods in the same order. */
    @ConsumerType
    interface Writers {
        /** One process that writes all. */
        Writers ALONE = new Writers() {
            @Override
            public int index() {
                return 0;
            }

            @Override
            public int count() {
                return 1;
            }

            @Override
            public List<byte[]> exchange(byte[] own) {
                return List.of(own);
            }
        };

        /** This one's number, from 0. */
        int index();

        /** How many there are. */
        int count();

        /** What each of them says, in their order; waits for all. */
        List<byte[]> exchange(byte[] own);
    }

    /**
     * A tensor to be written, or a part of one.
     *
     * @param type of the whole tensor
     * @param elements gives those of {@code box} when their turn comes: dense, row-major, little-endian; needed until the arena is closed
     */
    record Piece(String name, TensorType type, Box box, Function<Arena, MemorySegment> elements) {
        public Piece {
            box.requireWithin(name, type.shape());
        }

        /** A whole tensor. */
        public Piece(String name, TensorType type, Function<Arena, MemorySegment> elements) {
            this(name, type, Box.of(type.shape()), elements);
        }
    }

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
