package org.borealis.source.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.borealis.data.DocumentSource;
import org.borealis.data.DocumentSource.Document;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourcesTest {
    @TempDir
    Path folder;

    private final DocumentSource text = new TextSource();
    private final DocumentSource jsonLines = new JsonLinesSource();

    @Test
    void filesAreToldByTheirNames() {
        for (String name : List.of("a.txt", "B.TXT", "c.txt.gz")) {
            assertTrue(text.reads(Path.of(name)), name);
            assertFalse(jsonLines.reads(Path.of(name)), name);
        }
        assertTrue(jsonLines.reads(Path.of("x/y.jsonl.gz")));
        assertFalse(jsonLines.reads(Path.of("x.json")));
    }

    @Test
    void aTextWithoutFormFeedsIsOneDocumentUntouched() throws IOException {
        String whole = "Größe\r\n\n a \f b\n\n";
        assertEquals(List.of(whole), texts(text, write("a.txt", whole)));
    }

    @Test
    void formFeedLinesDivideATextAndEmptyDocumentsAreLeftOut() throws IOException {
        var file = write("a.txt", "\uFEFFone\ntwo\n\f\n\f\nthree\r\n\f\r\nfour");
        assertEquals(List.of("one\ntwo", "three", "four"), texts(text, file));
    }

    @Test
    void anEmptyFileHoldsNoDocument() throws IOException {
        assertEquals(List.of(), texts(text, write("a.txt", "")));
        assertEquals(List.of(), texts(jsonLines, write("a.jsonl", "\n \n")));
    }

    @Test
    void readingGoesOnBehindAnyDocumentInPlainAndPackedFiles() throws IOException {
        var chapters = new StringBuilder();
        var objects = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            String body = "é" + "x".repeat(i * 997);
            chapters.append(i == 0 ? "" : "\f\n").append(body).append('\n');
            objects.append("{\"id\":[1,{}],\"text\":\"").append(body).append("\"}\n");
        }
        for (String end : List.of("", ".gz")) {
            goesOnBehindAnyDocument(text, write("a.txt" + end, chapters.toString()));
            goesOnBehindAnyDocument(jsonLines, write("a.jsonl" + end, objects.toString()));
        }
    }

    private void goesOnBehindAnyDocument(DocumentSource source, Path file) throws IOException {
        var all = documents(source, file, 0);
        assertEquals(40, all.size());
        for (int i = 0; i < all.size(); i++) {
            assertEquals(
                    all.subList(i + 1, all.size()),
                    documents(source, file, all.get(i).next()),
                    file + " after " + i);
        }
        assertEquals(source.size(file), all.getLast().next());
    }

    @Test
    void jsonEscapesAreUndoneAndOtherFieldsPassedOver() throws IOException {
        var file = write(
                "a.jsonl", "{\"meta\":{\"text\":\"no\"},\"text\":\"a\\n\\u00e9\\ud83d\\ude00\"}\r\n\n{\"text\":\"\"}");
        assertEquals(List.of("a\né😀", ""), texts(jsonLines, file));
    }

    @Test
    void aBrokenLineIsNamedWithItsFile() throws IOException {
        for (String bad : List.of(
                "{\"text\":\"cut",
                "[]",
                "{}",
                "{\"text\":5}",
                "{\"text\":\"a\"} x",
                "nonsense",
                "{\"text\":\"a\"",
                "{\"a\":" + "[".repeat(100_000))) {
            var file = write("a.jsonl", "{\"text\":\"good\"}\n" + bad + "\n");
            var error = assertThrows(BorealisException.class, () -> texts(jsonLines, file), bad);
            assertTrue(error.getMessage().contains("a.jsonl, line 2"), error.getMessage());
        }
    }

    @Test
    void textThatIsNotUtf8IsRefused() throws IOException {
        var plain = folder.resolve("a.txt");
        Files.write(plain, new byte[] {'a', (byte) 0xE4, 'b', '\n'});
        assertTrue(assertThrows(BorealisException.class, () -> texts(text, plain))
                .getMessage()
                .contains("not UTF-8"));
        var lines = folder.resolve("a.jsonl");
        Files.write(lines, "{\"text\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThrows(BorealisException.class, () -> texts(jsonLines, lines));
    }

    @Test
    void aTruncatedOrForeignGzipFileIsRefused() throws IOException {
        var file = write("a.txt.gz", "word ".repeat(100_000));
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertTrue(assertThrows(BorealisException.class, () -> texts(text, file))
                .getMessage()
                .contains("ends too early"));
        Files.writeString(file, "this is no gzip file at all");
        assertThrows(BorealisException.class, () -> texts(text, file));
    }

    private Path write(String name, String content) throws IOException {
        var file = folder.resolve(name);
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        if (!name.endsWith(".gz")) {
            return Files.write(file, bytes);
        }
        try (var packed = new GZIPOutputStream(Files.newOutputStream(file))) {
            packed.write(bytes);
        }
        return file;
    }

    private static List<String> texts(DocumentSource source, Path file) throws IOException {
        return documents(source, file, 0).stream().map(Document::text).toList();
    }

    private static List<Document> documents(DocumentSource source, Path file, long start) throws IOException {
        var all = new ArrayList<Document>();
        try (var documents = source.open(file, start)) {
            for (var document = documents.next(); document.isPresent(); document = documents.next()) {
                all.add(document.get());
            }
        }
        return all;
    }
}
