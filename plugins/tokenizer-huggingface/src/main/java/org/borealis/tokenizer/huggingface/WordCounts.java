package org.borealis.tokenizer.huggingface;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Pattern;

/** How often each word occurs; words as GPT-2 cuts text, which is what the ByteLevel pre-tokenizer does. */
final class WordCounts {
    /** Longer words (links, tables, noise) are learned from in pieces, so that one of them can't take for ever. */
    static final int LONGEST_WORD = 128;

    // GPT-2's encoder.py, with \s spelled out because Java's means ASCII only.
    private static final Pattern WORD = Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}++| ?\\p{N}++"
            + "| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]++"
            + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+");

    private WordCounts() {}

    static Map<String, Long> of(Iterator<String> documents) {
        var counts = new HashMap<String, Long>();
        while (documents.hasNext()) {
            var words = WORD.matcher(Surrogates.replaceLone(documents.next()));
            while (words.find()) {
                String word = words.group();
                for (int i = 0; i < word.length(); i += LONGEST_WORD) {
                    counts.merge(word.substring(i, Math.min(word.length(), i + LONGEST_WORD)), 1L, Long::sum);
                }
            }
        }
        return counts;
    }

    /** UTF-8 bytes of a word, as numbers from 0 to 255. */
    static int[] bytes(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        int[] numbers = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            numbers[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return numbers;
    }
}
