package org.borealis.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.borealis.corpora.Fakes.CharTokenizer;
import org.borealis.data.Corpora.Prepared;
import org.borealis.data.Corpora.Progress;
import org.borealis.data.Tokenizer;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of preparations share. */
abstract class PreparationFixture {
    static final CharTokenizer SMALL = new CharTokenizer(300, true);

    @TempDir
    Path folder;

    List<Path> manyTexts() throws IOException {
        var random = new Random(5);
        var texts = new ArrayList<Path>();
        for (String name : List.of("x.lines", "y.lines", "z.lines")) {
            texts.add(write(
                    name,
                    Stream.generate(() -> "w".repeat(1 + random.nextInt(60_000)))
                            .limit(40)
                            .toArray(String[]::new)));
        }
        return texts;
    }

    Path write(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    static MegatronCorpora corpora(Disk disk, int threads) {
        return new MegatronCorpora(Fakes.sources(), disk, threads);
    }

    Prepared prepare(List<Path> texts, Tokenizer tokenizer, String name, Disk disk, int threads) {
        return prepare(texts, tokenizer, name, disk, threads, progress -> {});
    }

    Prepared prepare(
            List<Path> texts,
            Tokenizer tokenizer,
            String name,
            Disk disk,
            int threads,
            java.util.function.Consumer<Progress> progress) {
        return corpora(disk, threads).prepare(texts, tokenizer, folder.resolve(name), progress);
    }

    static List<String> documents(org.borealis.data.TokenCorpus corpus) {
        var documents = new ArrayList<String>();
        for (int i = 0; i < corpus.documents(); i++) {
            int[] ids = new int[(int) (corpus.start(i + 1) - corpus.start(i))];
            corpus.read(corpus.start(i), ids, 0, ids.length);
            assertEquals(299, ids[ids.length - 1]);
            documents.add(SMALL.decode(java.util.Arrays.copyOf(ids, ids.length - 1)));
        }
        return documents;
    }

    void assertSameCorpus(String expected, String actual) throws IOException {
        for (String ending : List.of(".bin", ".idx")) {
            assertEquals(
                    -1,
                    Files.mismatch(folder.resolve(expected + ending), folder.resolve(actual + ending)),
                    actual + ending);
        }
    }

    void assertOnlyCorpusRemains(String name) throws IOException {
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of(name + ".bin", name + ".idx"),
                    files.map(file -> file.getFileName().toString())
                            .filter(file -> file.startsWith(name))
                            .sorted()
                            .toList());
        }
    }
}
