package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.borealis.checkpoints.DiskCheckpoints;

/** What a run leaves behind. */
record RunFiles(Path folder) {
    private static final Pattern LOSS =
            Pattern.compile("\\{\"event\":\"(step|evaluation)\",\"step\":(\\d+),\"loss\":([^,}]+)[,}].*");

    /** The events so far, one a line; a line that is still being written does not count. */
    List<JsonNode> events() throws IOException {
        var events = new ArrayList<JsonNode>();
        for (String line : lines()) {
            events.add(new ObjectMapper().readTree(line));
        }
        return events;
    }

    List<JsonNode> events(String name) throws IOException {
        return events().stream()
                .filter(event -> event.get("event").asText().equals(name))
                .toList();
    }

    private List<String> lines() throws IOException {
        var file = folder.resolve("events.jsonl");
        if (!Files.exists(file)) {
            return List.of();
        }
        var text = Files.readString(file);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** Every loss by event and step, as the digits that stand in the file; each may be there once. */
    TreeMap<String, String> losses() throws IOException {
        var losses = new TreeMap<String, String>();
        for (String line : lines()) {
            var match = LOSS.matcher(line);
            if (match.matches()) {
                var key = "%s %05d".formatted(match.group(1), Integer.parseInt(match.group(2)));
                assertEquals(null, losses.put(key, match.group(3)), key + " is there twice");
            }
        }
        return losses;
    }

    int eventCount() throws IOException {
        return lines().size();
    }

    Path checkpoint(long step) {
        return folder.resolve("checkpoints").resolve("step-%06d".formatted(step));
    }

    /** Names of what is in the folder of checkpoints. */
    List<String> checkpoints() throws IOException {
        var checkpoints = folder.resolve("checkpoints");
        if (!Files.exists(checkpoints)) {
            return List.of();
        }
        try (var entries = Files.list(checkpoints)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    /** Asserts that a checkpoint holds the same tensors, bit for bit, as that of another run, whoever wrote them. */
    void assertSameTensors(RunFiles other, long step) {
        var checkpoints = new DiskCheckpoints();
        try (var own = checkpoints.open(checkpoint(step));
                var wanted = checkpoints.open(other.checkpoint(step))) {
            assertTrue(!own.types().isEmpty(), () -> "no tensors in " + own.path());
            assertEquals(wanted.types(), own.types());
            for (String name : own.types().keySet()) {
                assertEquals(-1, wanted.read(name).mismatch(own.read(name)), name);
            }
        }
    }

    /** Copies all that the run has left so far. */
    void copyTo(RunFiles other) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path each : paths.toList()) {
                Files.copy(each, other.folder.resolve(folder.relativize(each).toString()));
            }
        }
    }

    /** Makes it the run that was killed right after a checkpoint. */
    void forgetCheckpointsAfter(long step) throws IOException {
        var kept = checkpoint(step).getFileName().toString();
        for (String name : checkpoints()) {
            if (name.compareTo(kept) > 0) {
                deleteTree(checkpoint(step).resolveSibling(name));
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (var paths = Files.walk(tree)) {
            for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** Asserts that all losses are those of another run, but for a relative error. */
    void assertLossesNear(RunFiles other, double tolerance) throws IOException {
        var wanted = other.losses();
        var losses = losses();
        assertEquals(wanted.keySet(), losses.keySet());
        wanted.forEach((event, loss) -> {
            double one = Double.parseDouble(loss);
            assertEquals(one, Double.parseDouble(losses.get(event)), tolerance * one, event);
        });
    }
}
