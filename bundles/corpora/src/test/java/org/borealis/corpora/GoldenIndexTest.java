package org.borealis.corpora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.borealis.data.TokenCorpus;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files that Megatron's own builder wrote, and files that a safe reader must refuse. */
final class GoldenIndexTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MegatronCorpora corpora = new MegatronCorpora(new Sources(Map.of()), Disk.real(), 1);

    @TempDir
    Path temporary;

    @TestFactory
    Stream<DynamicTest> megatronsCorporaAreReadAsItReadsThem() throws Exception {
        var folder = folder("idx", "formats/data/idx");
        return stream(JSON.readTree(folder.resolve("expected.json").toFile()).get("datasets"))
                .map(expected ->
                        DynamicTest.dynamicTest(expected.get("file").asText(), () -> readsAs(expected, folder)));
    }

    private void readsAs(JsonNode expected, Path folder) {
        try (var corpus = corpora.open(folder.resolve(expected.get("file").asText()))) {
            int[] all = stream(expected.get("items"))
                    .flatMap(GoldenIndexTest::stream)
                    .mapToInt(JsonNode::intValue)
                    .toArray();
            assertEquals(all.length, corpus.tokens());
            int[] read = new int[all.length + 2];
            corpus.read(0, read, 1, all.length);
            assertArrayEquals(all, java.util.Arrays.copyOfRange(read, 1, all.length + 1));
            assertStarts(expected, corpus);
            assertEquals(expected.get("idx_sha256").asText(), corpus.digest());
            for (int from = 0; from < all.length; from += 7) {
                int[] some = new int[Math.min(5, all.length - from)];
                corpus.read(from, some, 0, some.length);
                assertArrayEquals(java.util.Arrays.copyOfRange(all, from, from + some.length), some);
            }
        }
    }

    private static void assertStarts(JsonNode expected, TokenCorpus corpus) {
        var bounds = expected.get("doc_idx");
        assertEquals(bounds.size() - 1, corpus.documents());
        for (int document = 0; document <= corpus.documents(); document++) {
            long start = 0;
            for (int sequence = 0; sequence < bounds.get(document).intValue(); sequence++) {
                start += expected.get("sizes").get(sequence).intValue();
            }
            assertEquals(start, corpus.start(document), "document " + document);
        }
    }

    @TestFactory
    Stream<DynamicTest> brokenCorporaAreRefusedWithTheirName() throws Exception {
        var folder = folder("bad", "formats/ckpt/bad/idx");
        return stream(JSON.readTree(folder.resolve("expected.json").toFile()))
                .map(expected -> DynamicTest.dynamicTest(
                        expected.get("why").asText(), () -> refusesOrAccepts(expected, folder)));
    }

    private void refusesOrAccepts(JsonNode expected, Path folder) {
        String name = expected.get("file").asText();
        if (expected.get("expect").asText().equals("accept")) {
            corpora.open(folder.resolve(name)).close();
            return;
        }
        var error = assertThrows(BorealisException.class, () -> corpora.open(folder.resolve(name)));
        assertEquals("corpus-broken", error.code());
        assertTrue(error.getMessage().contains(name + ".idx"), error.getMessage());
    }

    @Test
    void theOldFormatIsRefusedByItsName() throws Exception {
        var folder = folder("idx", "formats/data/idx");
        var error = assertThrows(BorealisException.class, () -> corpora.open(folder.resolve("legacy_tntidx_i32")));
        assertTrue(error.getMessage().contains("TNTIDX"), error.getMessage());
    }

    @Test
    void everyCutOffCorpusIsRefused() throws Exception {
        var folder = folder("idx", "formats/data/idx");
        for (String ending : List.of(".idx", ".bin")) {
            byte[] whole = Files.readAllBytes(folder.resolve("u16_multi" + ending));
            for (int length = 0; length < whole.length; length++) {
                Files.copy(folder.resolve("u16_multi.idx"), replaced(".idx"));
                Files.copy(folder.resolve("u16_multi.bin"), replaced(".bin"));
                Files.write(temporary.resolve("cut" + ending), java.util.Arrays.copyOf(whole, length));
                assertThrows(BorealisException.class, () -> corpora.open(temporary.resolve("cut")));
            }
        }
    }

    private Path replaced(String ending) throws IOException {
        var file = temporary.resolve("cut" + ending);
        Files.deleteIfExists(file);
        return file;
    }

    @Test
    void aMissingFileIsNamed() {
        var error = assertThrows(BorealisException.class, () -> corpora.open(temporary.resolve("none")));
        assertEquals("corpus-missing", error.code());
        assertTrue(error.getMessage().contains("none.bin"), error.getMessage());
    }

    @Test
    void readingOutsideOfTheCorpusIsRefused() throws Exception {
        try (var corpus = corpora.open(folder("idx", "formats/data/idx").resolve("one_doc"))) {
            assertThrows(IndexOutOfBoundsException.class, () -> corpus.read(10, new int[8], 0, 8));
            assertThrows(IndexOutOfBoundsException.class, () -> corpus.read(0, new int[8], 4, 5));
            assertThrows(IndexOutOfBoundsException.class, () -> corpus.read(-1, new int[8], 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> corpus.start(2));
        }
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** The copy beside this test, or the folder in which the property {@code borealis.goldens} says that all goldens lie. */
    private static Path folder(String copy, String golden) throws URISyntaxException {
        String goldens = System.getProperty("borealis.goldens", "");
        if (!goldens.isEmpty() && Files.isDirectory(Path.of(goldens, golden))) {
            return Path.of(goldens, golden);
        }
        return Path.of(GoldenIndexTest.class.getResource(copy).toURI());
    }
}
