package org.borealis.experiments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a run has written of itself. */
final class RunEvents {
    private static final JsonMapper JSON = new JsonMapper();

    private RunEvents() {}

    /** Where a run's folder has them. */
    static Path file(Path folder) {
        return folder.resolve("events.jsonl");
    }

    /** In the order in which they happened; none if the run has not begun. */
    static List<JsonNode> read(Path folder) {
        var events = new ArrayList<JsonNode>();
        var file = file(folder);
        if (!Files.isRegularFile(file)) {
            return events;
        }
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            lines.forEach(line -> {
                try {
                    events.add(JSON.readTree(line));
                } catch (JsonProcessingException e) {
                    // the last line of a run that was killed may be cut off
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        }
        return events;
    }
}
