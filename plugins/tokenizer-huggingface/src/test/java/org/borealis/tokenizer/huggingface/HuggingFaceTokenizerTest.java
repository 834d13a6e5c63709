package org.borealis.tokenizer.huggingface;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.util.converter.Converters;

final class HuggingFaceTokenizerTest {
    private static final List<String> DOCUMENTS = List.of(
            "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want"
                    + " of a wife.\n\nHowever little known the feelings or views of such a man may be on his first"
                    + " entering a neighbourhood, this truth is so well fixed in the minds of the surrounding families.",
            "Größe 日本語 😀 1811–1818\r\n\t don't we'll I've <|endoftext|> </s>  \u3000 end   ");

    @TempDir
    Path folder;

    private final BytePairTrainer trainer = new BytePairTrainer();

    @Test
    void aTrainedVocabularyGivesEveryTextBackAsItWas() throws IOException {
        var tokenizer = trained(400);
        DOCUMENTS.forEach(text -> assertEquals(text, tokenizer.decode(tokenizer.encode(text))));
        var random = new Random(11);
        for (int i = 0; i < 200; i++) {
            String text = random.ints(i, 0, 0x110000)
                    .filter(c -> c < 0xD800 || c > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertEquals(text, tokenizer.decode(tokenizer.encode(text)), "random text " + i + " of seed 11");
        }
    }

    @Test
    void aTrainedVocabularyHasTheWantedSizeAndEndsWithEndOfText() throws IOException {
        var tokenizer = trained(300);
        assertEquals(300, tokenizer.vocabularySize());
        assertEquals(OptionalInt.of(299), tokenizer.endOfText());
        assertEquals("ab", tokenizer.decode(new int[] {'a', 299, 'b'}));
        assertTrue(tokenizer.encode(DOCUMENTS.getFirst()).length
                < DOCUMENTS.getFirst().length() * 2 / 3);
    }

    @Test
    void thereAreNoMoreMergesThanTheTextSupports() throws IOException {
        Files.write(
                folder.resolve("tokenizer.json"),
                trainer.train(List.of("abab abab").iterator(), 5000));
        var tokenizer = open(Map.of("path", folder.toString()));
        assertEquals(256 + 2 + 1, tokenizer.vocabularySize()); // ab and abab; a space before it comes only once
        assertEquals(3, tokenizer.encode("abab abab").length);
    }

    @Test
    void theTextOfASpecialTokenIsPlainText() throws IOException {
        var tokenizer = trained(300);
        int[] ids = tokenizer.encode("a<|endoftext|>b");
        assertTrue(Arrays.stream(ids).noneMatch(id -> id == 299));
        assertEquals("a<|endoftext|>b", tokenizer.decode(ids));
    }

    @Test
    void loneSurrogatesBecomeTheReplacementCharacterAndHarmNothing() throws IOException {
        var tokenizer = trained(300);
        assertEquals("a\uFFFD😀\uFFFD\0c", tokenizer.decode(tokenizer.encode("a\uDE00😀\uD83D\0c")));
        assertArrayEquals(new int[0], tokenizer.encode(""));
    }

    @Test
    void oneTokenizerServesManyThreads() throws IOException {
        var tokenizer = trained(400);
        int[] expected = tokenizer.encode(DOCUMENTS.getFirst());
        assertTrue(IntStream.range(0, 400)
                .parallel()
                .allMatch(i -> Arrays.equals(expected, tokenizer.encode(DOCUMENTS.getFirst()))));
    }

    @Test
    void itsFileMakesItAgain() throws IOException {
        var tokenizer = trained(320);
        var copy = Files.write(folder.resolve("copy.json"), tokenizer.files().get("path"));
        assertArrayEquals(
                tokenizer.encode(DOCUMENTS.getLast()),
                open(Map.of("path", copy.toString())).encode(DOCUMENTS.getLast()));
    }

    @Test
    void tokensAddedBehindSpecialOnesKeepTheirIds() throws IOException {
        String tokenizer = """
                {"added_tokens": [
                   {"id": 3, "content": "<s>", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
                   {"id": 0, "content": "<unk>", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
                   {"id": 4, "content": "<tool>", "special": false, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
                 "normalizer": null, "pre_tokenizer": null, "decoder": null,
                 "model": {"type": "BPE", "unk_token": "<unk>", "vocab": {"<unk>": 0, "a": 1, "b": 2}, "merges": []}}
                """;
        var file = Files.writeString(folder.resolve("t.json"), tokenizer);
        var opened = open(Map.of("path", file.toString(), "endOfText", "<s>"));
        assertEquals(5, opened.vocabularySize());
        assertEquals(OptionalInt.of(3), opened.endOfText());
        assertArrayEquals(new int[] {1, 4, 2, 0, 2}, opened.encode("a<tool>bxb"));
        assertTrue(Arrays.stream(opened.encode("<s>")).noneMatch(id -> id == 3));
        assertThrows(BorealisException.class, () -> open(Map.of("path", file.toString(), "endOfText", "</s>")));
    }

    @Test
    void whatIsNoTokenizerIsRefusedByName() throws IOException {
        refused("", "needs the setting 'path'");
        refused(folder.resolve("none.json").toString(), "there is no such file");
        for (String bad : List.of(
                "",
                "{",
                "[]",
                "null",
                "{\"model\": 3}",
                "{\"model\": {}}",
                "{\"model\": {\"vocab\": {}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 2000000000}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 1}, \"merges\": [\"x y\"]}}",
                "{\"model\": {\"type\": \"No such model\", \"vocab\": {\"a\": 1}, \"merges\": []}}",
                "{\"model\": " + "[".repeat(100_000))) {
            refused(Files.writeString(folder.resolve("bad.json"), bad).toString(), "bad.json");
        }
        byte[] good = trainer.train(DOCUMENTS.iterator(), 300);
        var cut = Files.write(folder.resolve("cut.json"), Arrays.copyOf(good, good.length - 9));
        refused(cut.toString(), "cut.json");
    }

    private static void refused(String path, String words) {
        var error = assertThrows(BorealisException.class, () -> open(Map.of("path", path)), path);
        assertTrue(error.getMessage().contains(words), error.getMessage());
    }

    @Test
    void trainingIsAFunctionOfTheTextAndNotOfItsOrder() {
        assertArrayEquals(
                trainer.train(DOCUMENTS.iterator(), 400),
                trainer.train(DOCUMENTS.reversed().iterator(), 400));
    }

    @Test
    void tooSmallAVocabularyIsRefused() {
        assertThrows(BorealisException.class, () -> trainer.train(DOCUMENTS.iterator(), 256));
    }

    /** Counts everything anew for every merge: slow and plainly right. */
    @Test
    void mergesAreThoseOfTheTextbook() {
        var counts = WordCounts.of(words(new Random(3)));
        var words = counts.keySet().stream().sorted().map(WordCounts::bytes).toArray(int[][]::new);
        var wordCounts =
                counts.keySet().stream().sorted().mapToLong(counts::get).toArray();
        int symbol = 256;
        for (var merge : Merges.learn(counts, 150)) {
            var pairs = new java.util.TreeMap<Long, Long>();
            for (int w = 0; w < words.length; w++) {
                for (int i = 1; i < words[w].length; i++) {
                    pairs.merge((long) words[w][i - 1] << 32 | words[w][i], wordCounts[w], Long::sum);
                }
            }
            long most = pairs.values().stream().mapToLong(Long::longValue).max().orElseThrow();
            long first = pairs.entrySet().stream()
                    .filter(e -> e.getValue() == most)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            assertEquals(first, (long) merge.left() << 32 | merge.right(), "symbol " + symbol);
            for (int w = 0; w < words.length; w++) {
                words[w] = merged(words[w], merge, symbol);
            }
            symbol++;
        }
        assertFalse(symbol < 300);
    }

    private static Iterator<String> words(Random random) {
        return Stream.generate(() -> random.ints(1 + random.nextInt(9), 'a', 'e')
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .append(' ')
                        .toString())
                .limit(500)
                .iterator();
    }

    private static int[] merged(int[] word, Merges.Merge merge, int symbol) {
        var result = IntStream.builder();
        for (int i = 0; i < word.length; i++) {
            if (i + 1 < word.length && word[i] == merge.left() && word[i + 1] == merge.right()) {
                result.add(symbol);
                i++;
            } else {
                result.add(word[i]);
            }
        }
        return result.build().toArray();
    }

    @Test
    void theNativeLibraryIsUnpackedWholeAndRepaired() throws IOException {
        byte[] content = "library".getBytes(StandardCharsets.UTF_8);
        var file = NativeLibrary.unpack(content, folder, "l.so");
        Files.writeString(file, "torn");
        assertEquals(file, NativeLibrary.unpack(content, folder, "l.so"));
        assertArrayEquals(content, Files.readAllBytes(file));
    }

    private Tokenizer trained(int vocabulary) throws IOException {
        var file = Files.write(folder.resolve("tokenizer.json"), trainer.train(DOCUMENTS.iterator(), vocabulary));
        return open(Map.of("path", file.toString()));
    }

    private static Tokenizer open(Map<String, Object> settings) {
        return new HuggingFaceTokenizer(
                Converters.standardConverter().convert(settings).to(HuggingFaceTokenizer.Config.class));
    }
}
