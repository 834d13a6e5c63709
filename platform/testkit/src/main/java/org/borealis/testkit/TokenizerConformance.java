package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.data.Tokenizer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.osgi.annotation.versioning.ConsumerType;

/** What a tokenizer has to do. Extend it, and say which tokenizer. */
@ConsumerType
public abstract class TokenizerConformance {
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "a",
            "The quick brown fox.",
            "  two  spaces,\ttab,\nnewline,\r\nwindows, trailing ",
            "\u0000\u0001\u007f",
            "Grüße, naïve café — “quotes”…",
            "Zoe\u0308 combining, Zo\u00eb composed",
            "日本語とЖизньとعربىと",
            "👩‍👩‍👧‍👦 🏳️‍🌈 \uD83D\uDE00",
            "\uFEFFmark, \u200B zero width, \u202E right to left",
            "<|endoftext|> </s> <s> [CLS] <pad>",
            "x".repeat(10_000),
            "{\"key\": [1, 2.5e-3, null]}  // code\n\tif (a<b) return;");

    /** The tokenizer under test. */
    protected abstract Tokenizer tokenizer();

    /** Whether a text comes back as it was. Tokenizers that normalise override this. */
    protected boolean comesBack(String text) {
        return true;
    }

    @TestFactory
    Stream<DynamicTest> textsComeBack() {
        var tokenizer = tokenizer();
        return TEXTS.stream()
                .filter(this::comesBack)
                .map(text -> DynamicTest.dynamicTest(
                        "'" + text.substring(0, Math.min(40, text.length())) + "'",
                        () -> assertEquals(text, tokenizer.decode(tokenizer.encode(text)))));
    }

    @Test
    void idsAreInRangeAndTheSameTwice() {
        var tokenizer = tokenizer();
        for (var text : TEXTS) {
            var ids = tokenizer.encode(text);
            assertTrue(IntStream.of(ids).allMatch(id -> id >= 0 && id < tokenizer.vocabularySize()), text);
            assertArrayEquals(ids, tokenizer.encode(text));
        }
    }

    @Test
    void nothingIsNothing() {
        assertEquals(0, tokenizer().encode("").length);
        assertEquals("", tokenizer().decode(new int[0]));
    }

    @Test
    void aLoneSurrogateCountsAsTheReplacementCharacter() {
        assertArrayEquals(tokenizer().encode("a\uFFFDb"), tokenizer().encode("a\uD800b"));
    }

    @Test
    void theEndOfATextIsAnIdThatGivesNoText() {
        var tokenizer = tokenizer();
        tokenizer.endOfText().ifPresent(end -> {
            assertTrue(end >= 0 && end < tokenizer.vocabularySize(), "end of text is " + end);
            assertEquals("", tokenizer.decode(new int[] {end}));
        });
    }

    @Test
    void everyIdDecodes() {
        var tokenizer = tokenizer();
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            tokenizer.decode(new int[] {id});
        }
    }

    @Test
    void severalThreadsGetTheSameIds() {
        var tokenizer = tokenizer();
        var wanted = TEXTS.stream().map(tokenizer::encode).toList();
        var tasks = IntStream.range(0, 8)
                .mapToObj(task -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < TEXTS.size(); i++) {
                        int at = (i + task) % TEXTS.size();
                        assertArrayEquals(wanted.get(at), tokenizer.encode(TEXTS.get(at)));
                    }
                }))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(tasks).join();
    }
}
