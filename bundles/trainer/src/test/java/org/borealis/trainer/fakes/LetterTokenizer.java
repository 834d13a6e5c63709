package org.borealis.trainer.fakes;

import java.util.Map;
import java.util.OptionalInt;
import org.borealis.data.Tokenizer;

/** A token is a character below 128. */
public record LetterTokenizer(byte[] file) implements Tokenizer {
    @Override
    public int vocabularySize() {
        return 128;
    }

    @Override
    public int[] encode(String text) {
        return text.chars().toArray();
    }

    @Override
    public String decode(int[] ids) {
        return new String(ids, 0, ids.length);
    }

    @Override
    public OptionalInt endOfText() {
        return OptionalInt.empty();
    }

    @Override
    public Map<String, byte[]> files() {
        return Map.of("path", file);
    }
}
