package org.borealis.tokenizer.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.osgi.util.converter.Converters;

final class BytesTokenizerTest {
    private final Tokenizer bytes = tokenizer(Map.of());

    @Test
    void anIdIsAByteOfUtf8() {
        assertArrayEquals(new int[] {'a', 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80}, bytes.encode("aé€😀"));
        assertEquals("aé€😀", bytes.decode(bytes.encode("aé€😀")));
        assertEquals(257, bytes.vocabularySize());
        assertEquals(OptionalInt.of(256), bytes.endOfText());
    }

    @Test
    void everyTextComesBackAsItWas() {
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            String text = random.ints(i, 0, 0x110000)
                    .filter(c -> c < 0xD800 || c > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertEquals(text, bytes.decode(bytes.encode(text)));
        }
    }

    @Test
    void loneSurrogatesBecomeTheReplacementCharacter() {
        assertEquals("a\uFFFDb\uFFFD😀", bytes.decode(bytes.encode("a\uD83Db\uDE00😀")));
        assertEquals("\uFFFD", bytes.decode(bytes.encode("\uD83D")));
    }

    @Test
    void endOfTextGivesNothingAndHalfACharacterTheReplacement() {
        assertEquals("ab\uFFFD", bytes.decode(new int[] {'a', 256, 'b', 0xC3}));
    }

    @Test
    void endOfTextCanBeLeftOut() {
        var plain = tokenizer(Map.of("endOfText", false));
        assertEquals(256, plain.vocabularySize());
        assertEquals(OptionalInt.empty(), plain.endOfText());
        assertThrows(BorealisException.class, () -> plain.decode(new int[] {256}));
    }

    private static Tokenizer tokenizer(Map<String, Object> settings) {
        return new BytesTokenizer(
                Converters.standardConverter().convert(settings).to(BytesTokenizer.Config.class));
    }
}
