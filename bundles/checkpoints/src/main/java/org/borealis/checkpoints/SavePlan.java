package org.borealis.checkpoints;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.safetensors.SafetensorsWriter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;

/** What one writer writes: which tensor goes into which file is decided before the first byte is written. */
record SavePlan(List<StateFile> files, Map<String, byte[]> attachments) {

    /** A safetensors file and what it is going to hold, in order. */
    record StateFile(String name, List<Piece> pieces) {
        Map<String, TensorType> types() {
            var types = new LinkedHashMap<String, TensorType>();
            pieces.forEach(piece -> types.put(SavePlan.name(piece), type(piece)));
            return types;
        }
    }

    /**
     * Fills files up to {@code fileBytes}; a piece is never split.
     *
     * @param prefix of the files' names
     */
    static SavePlan of(String prefix, List<Piece> pieces, Map<String, byte[]> attachments, long fileBytes) {
        var files = new ArrayList<StateFile>();
        var current = new ArrayList<Piece>();
        long bytes = 0;
        for (var piece : pieces) {
            if (!current.isEmpty() && bytes + type(piece).bytes() > fileBytes) {
                files.add(file(prefix, files.size(), current));
                current = new ArrayList<>();
                bytes = 0;
            }
            current.add(piece);
            bytes += type(piece).bytes();
        }
        if (!current.isEmpty()) {
            files.add(file(prefix, files.size(), current));
        }
        return new SavePlan(files, attachments);
    }

    /** Name of a piece in its file. */
    static String name(Piece piece) {
        return Manifest.Part.name(piece.name(), piece.type(), piece.box());
    }

    private static TensorType type(Piece piece) {
        return piece.type().in(piece.box().shape());
    }

    private static StateFile file(String prefix, int index, List<Piece> pieces) {
        return new StateFile(String.format("%sstate-%05d.safetensors", prefix, index + 1), pieces);
    }

    /** @throws BorealisException if two pieces have one name, or an attachment has none that it may have */
    void requireNames() {
        var names = new HashSet<String>();
        for (var file : files) {
            for (var piece : file.pieces()) {
                if (!names.add(name(piece))) {
                    throw new BorealisException(
                            "checkpoint-names",
                            "two tensors of a checkpoint are named '" + name(piece) + "'; names must be unique");
                }
            }
        }
        for (String name : attachments.keySet()) {
            if (!Manifest.isPlain(name) || name.matches("(rank-\\d+-)?state-\\d+\\.safetensors")) {
                throw new BorealisException(
                        "checkpoint-names",
                        "a checkpoint can't hold an attachment '" + name
                                + "'; wanted letters, digits, dots, dashes and no name of the store's own");
            }
        }
    }

    /** What all of it takes on disk, but for the manifest. */
    long bytes() {
        long states = files.stream()
                .mapToLong(file -> SafetensorsWriter.bytes(file.types(), Map.of()))
                .sum();
        return states + attachments.values().stream().mapToLong(a -> a.length).sum();
    }

    /** Writes all of it, durably; gives what it wrote. */
    Manifest write(Disk disk, Path folder, long step) throws IOException {
        var written = new ArrayList<Manifest.File>();
        var tensors = new ArrayList<Manifest.Tensor>();
        for (var file : files) {
            written.add(write(disk, folder, file));
            for (var piece : file.pieces()) {
                tensors.add(
                        new Manifest.Tensor(piece.name(), piece.type(), new Manifest.Part(piece.box(), file.name())));
            }
        }
        for (var attachment : attachments.entrySet()) {
            written.add(DigestingFile.write(disk, folder, attachment.getKey(), attachment.getValue()));
        }
        disk.sync(folder);
        return new Manifest(step, Map.of(), written, tensors);
    }

    private static Manifest.File write(Disk disk, Path folder, StateFile state) throws IOException {
        try (var file = new DigestingFile(disk, folder.resolve(state.name()))) {
            var writer = new SafetensorsWriter(file, state.types(), Map.of());
            for (var piece : state.pieces()) {
                try (var arena = Arena.ofConfined()) {
                    writer.write(name(piece), piece.elements().apply(arena));
                }
            }
            writer.finish();
            return file.finish(state.name(), true);
        }
    }
}
