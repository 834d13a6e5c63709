package org.borealis.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.train.RunEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
    @TempDir
    Path folder;

    private static RunEvent event(String name, long step, String key, Object value) {
        var values = new LinkedHashMap<String, Object>();
        values.put("step", step);
        values.put(key, value);
        return new RunEvent(name, values);
    }

    @Test
    void eventsAreOneJsonObjectALine() throws IOException {
        var file = folder.resolve("events.jsonl");
        try (var events = Events.append(file)) {
            events.write(event("step", 12, "loss", 3.21));
            events.write(event("warning", 12, "message", "a \"b\"\n\\"));
            events.force();
        }
        assertEquals(
                List.of(
                        "{\"event\":\"step\",\"step\":12,\"loss\":3.21}",
                        "{\"event\":\"warning\",\"step\":12,\"message\":\"a \\\"b\\\"\\n\\\\\"}"),
                Files.readAllLines(file));
    }

    @Test
    void truncationForgetsWhatIsGoingToHappenAgainAndTornLines() throws IOException {
        var file = folder.resolve("events.jsonl");
        try (var events = Events.append(file)) {
            for (long step = 1; step <= 4; step++) {
                events.write(event("step", step, "loss", 1.0 / step));
            }
        }
        Files.writeString(file, "{\"event\":\"step\",\"step\":2,\"lo", StandardOpenOption.APPEND);
        var before = Files.readAllLines(file);
        Events.truncate(file, 2);
        assertEquals(before.subList(0, 2), Files.readAllLines(file));
        Events.truncate(file, 0);
        assertEquals(List.of(), Files.readAllLines(file));
    }

    @Test
    void numbersThatJsonLacksAreStringsAndOthersAreShort() {
        assertEquals(
                "{\"a\":\"NaN\",\"b\":\"-Infinity\",\"c\":0.1,\"d\":3.0E-4,\"e\":[1,true,\"\\ud800\"]}",
                Json.of(ordered(Map.of(
                        "a",
                        Double.NaN,
                        "b",
                        Double.NEGATIVE_INFINITY,
                        "c",
                        0.1,
                        "d",
                        3e-4,
                        "e",
                        List.of(1, true, "\ud800")))));
    }

    private static Map<String, Object> ordered(Map<String, Object> map) {
        return new java.util.TreeMap<>(map);
    }
}
