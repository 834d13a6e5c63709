package org.borealis.trainer.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.borealis.data.Tokenizer;
import org.junit.jupiter.api.Test;

class StreamedTextTest {

    /** A token is a byte of UTF-8. */
    private static final Tokenizer BYTES = new Tokenizer() {
        @Override
        public int vocabularySize() {
            return 256;
        }

        @Override
        public int[] encode(String text) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            var ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = bytes[i] & 0xFF;
            }
            return ids;
        }

        @Override
        public String decode(int[] ids) {
            var bytes = new byte[ids.length];
            for (int i = 0; i < ids.length; i++) {
                bytes[i] = (byte) ids[i];
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public OptionalInt endOfText() {
            return OptionalInt.empty();
        }
    };

    private static List<String> pieces(String prompt, int... ids) {
        var pieces = new ArrayList<String>();
        var text = new StreamedText(BYTES, BYTES.encode(prompt), pieces::add);
        for (int id : ids) {
            text.add(id);
        }
        text.end();
        return pieces;
    }

    @Test
    void charactersAppearWhenTheyAreWhole() {
        assertEquals(List.of("a", "é", "🙂", "b"), pieces("x", BYTES.encode("aé🙂b")));
    }

    @Test
    void aLongTextComesInFull() {
        var text = "Grüße, 世界! ".repeat(100);
        assertEquals(text, String.join("", pieces("an unrelated prompt ä", BYTES.encode(text))));
    }

    @Test
    void bytesThatAreNoCharacterDoNotHoldUpTheRest() {
        assertEquals("a\uFFFDb", String.join("", pieces("", 'a', 0xC3, 'b')));
        assertEquals("\uFFFD", String.join("", pieces("", 0xF0, 0x9F)));
    }
}
