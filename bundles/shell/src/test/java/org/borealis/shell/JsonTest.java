package org.borealis.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void everyKindOfValueIsWritten() {
        var value = new LinkedHashMap<String, Object>();
        value.put("name", "a \"b\" \\ \n\u0001");
        value.put("list", List.of(1, 2.5, true));
        value.put("empty", List.of());
        value.put("none", Map.of());
        assertEquals("""
                {
                  "name": "a \\"b\\" \\\\ \\n\\u0001",
                  "list": [
                    1,
                    2.5,
                    true
                  ],
                  "empty": [],
                  "none": {}
                }""", Json.of(value));
    }
}
