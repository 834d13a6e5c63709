package org.borealis.checkpoints;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.safetensors.SafetensorsWriter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.TensorType;

/** Which tensor goes into which file, decided before the first byte is written. */
record SavePlan(List<StateFile> files, Map<String, byte[]> attachments) {

    /** A safetensors file and what it is going to hold, in order. */
    record StateFile(String name, List<Piece> tensors) {
        Map<String, TensorType> types() {
            var types = new LinkedHashMap<String, TensorType>();
            tensors.forEach(tensor -> types.put(tensor.name(), tensor.type()));
            return types;
        }
    }

    /** Fills files up to {@code fileBytes}; a tensor is never split. */
    static SavePlan of(List<Piece> tensors, Map<String, byte[]> attachments, long fileBytes) {
        requireNames(tensors, attachments);
        var files = new ArrayList<StateFile>();
        var current = new ArrayList<Piece>();
        long bytes = 0;
        for (var tensor : tensors) {
            if (!current.isEmpty() && bytes + tensor.type().bytes() > fileBytes) {
                files.add(file(files.size(), current));
                current = new ArrayList<>();
                bytes = 0;
            }
            current.add(tensor);
            bytes += tensor.type().bytes();
        }
        if (!current.isEmpty()) {
            files.add(file(files.size(), current));
        }
        return new SavePlan(files, attachments);
    }

    private static StateFile file(int index, List<Piece> tensors) {
        return new StateFile(String.format("state-%05d.safetensors", index + 1), tensors);
    }

    private static void requireNames(List<Piece> tensors, Map<String, byte[]> attachments) {
        var names = new HashSet<String>();
        for (var tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new BorealisException(
                        "checkpoint-names",
                        "two tensors of a checkpoint are named '" + tensor.name() + "'; names must be unique");
            }
        }
        for (String name : attachments.keySet()) {
            if (!Manifest.isPlain(name) || name.matches("state-\\d+\\.safetensors")) {
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
}
