package org.borealis.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.borealis.command.Command;
import org.borealis.corpora.Fakes.CharTokenizer;
import org.borealis.data.Corpora.Progress;
import org.borealis.data.Tokenizer;
import org.borealis.data.TokenizerTrainer;
import org.borealis.recipe.Contract;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class PrepareCommandTest {
    @TempDir
    Path folder;

    private final Sources sources = Fakes.sources();
    private final List<Section> opened = new ArrayList<>();
    private String error = "";

    @BeforeEach
    void writeText() throws IOException {
        Files.write(folder.resolve("a.lines"), List.of("one", "two"));
    }

    @Test
    void aTextBecomesACorpusThatCanBeOpened() {
        assertEquals(Command.DONE, run("a.lines", "--output", "corpus", "--set", "tokenizer.depth=7"));
        assertEquals(new Section("bytes", Map.of("depth", 7L)), opened.getFirst());
        try (var corpus = new MegatronCorpora(sources, Disk.real(), 1).open(folder.resolve("corpus"))) {
            assertEquals(8, corpus.tokens());
        }
    }

    @Test
    void aCorpusThatIsThereIsOnlyReplacedByForce() throws IOException {
        run("a.lines", "--output", "corpus");
        Files.write(folder.resolve("a.lines"), List.of("three"));
        assertEquals(Command.FAILED, run("a.lines", "--output", "corpus"));
        assertTrue(error.contains("--force"), error);
        assertEquals(Command.DONE, run("a.lines", "--output", "corpus", "--force"));
        assertEquals(12, Files.size(folder.resolve("corpus.bin")));
    }

    @Test
    void aVocabularyIsLearnedWrittenAndUsed() throws IOException {
        String[] line = {"a.lines", "--output", "corpus", "--train-tokenizer", "made/t.json", "--vocabulary", "512"};
        assertEquals(Command.DONE, run(line));
        var file = folder.resolve("made/t.json");
        assertEquals("512 one two", Files.readString(file));
        assertEquals(new Section("huggingface", Map.of("path", file.toString())), opened.getFirst());

        line[2] = "again";
        assertEquals(Command.DONE, run(line), "the same vocabulary is no obstacle");
        Files.writeString(file, "dear to somebody");
        line[2] = "third";
        assertEquals(Command.FAILED, run(line));
        assertTrue(error.contains("another vocabulary"), error);
        assertEquals("dear to somebody", Files.readString(file));
    }

    @Test
    void aTokenizerThatCannotBeTrainedIsNamed() {
        String[] line = {"a.lines", "--output", "c", "--tokenizer", "bytes", "--train-tokenizer", "t"};
        assertEquals(Command.FAILED, run(line));
        assertTrue(error.contains("'bytes' can't be trained") && error.contains("huggingface"), error);
    }

    @Test
    void settingsOfOtherThingsAreMisuse() {
        assertEquals(Command.MISUSED, run("a.lines", "--output", "c", "--set", "model.layers=3"));
        assertEquals(Command.MISUSED, run("a.lines"));
        assertEquals(Command.MISUSED, run("--output", "c"));
        assertFalse(Files.exists(folder.resolve("c.parts")));
    }

    @Test
    void progressIsALineEveryTenPerCentWithoutATerminal() {
        var bytes = new ByteArrayOutputStream();
        try (var line = new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8), false)) {
            for (int i = 0; i <= 1000; i++) {
                line.accept(new Progress(i, 1000, i, i));
            }
        }
        var lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(10, lines.size());
        assertTrue(lines.getLast().startsWith("100%"), lines.getLast());
    }

    @Test
    void progressIsOneLineOnATerminal() {
        var bytes = new ByteArrayOutputStream();
        try (var line = new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8), true)) {
            line.accept(new Progress(0, 0, 0, 0));
            line.accept(new Progress(5, 10, 1, 2));
        }
        assertEquals(
                1,
                bytes.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(s -> !s.isEmpty() && !s.startsWith("\033"))
                        .count());
    }

    private int run(String... words) {
        TokenizerTrainer trainer = (documents, size) -> {
            var all = new StringBuilder().append(size);
            documents.forEachRemaining(document -> all.append(' ').append(document));
            return all.toString().getBytes(StandardCharsets.UTF_8);
        };
        var training = new VocabularyTraining(
                sources, List.of(Map.entry(Map.of(Tokenizer.NAME, "huggingface"), trainer)), Disk.real());
        var command =
                new PrepareCommand(new MegatronCorpora(sources, Disk.real(), 1), training, new FakePlugins(opened));
        for (int i = 0; i < words.length; i++) {
            boolean isFile = words[i].endsWith(".lines")
                    || i > 0 && List.of("--output", "--train-tokenizer").contains(words[i - 1]);
            words[i] = isFile && !words[i].startsWith("/")
                    ? folder.resolve(words[i]).toString()
                    : words[i];
        }
        return new CommandLine(command)
                .setErr(new java.io.PrintWriter(java.io.Writer.nullWriter()))
                .setExecutionExceptionHandler((e, line, result) -> {
                    error = ((BorealisException) e).getMessage();
                    return Command.FAILED;
                })
                .execute(words);
    }

    private record FakePlugins(List<Section> opened) implements Plugins {
        @Override
        public List<String> names(Contract<?> contract) {
            return List.of("bytes");
        }

        @Override
        public List<DeclaredSetting> settings(long bundle, String component) {
            return List.of();
        }

        @Override
        public List<String> origins(Contract<?> contract, String name) {
            return names(contract).contains(name) ? List.of("fake 1.0") : List.of();
        }

        @Override
        public <T> Choice<T> open(Contract<T> contract, Section section, String origin) {
            return open(contract, section, Duration.ZERO);
        }

        @Override
        public <T> Choice<T> open(Contract<T> contract, Section section, Duration patience) {
            opened.add(section);
            T tokenizer = contract.type().cast(new CharTokenizer(300, true));
            return new Choice<>() {
                @Override
                public T service() {
                    return tokenizer;
                }

                @Override
                public Section section() {
                    return section;
                }

                @Override
                public String origin() {
                    return "fake 1.0";
                }

                @Override
                public void close() {}
            };
        }
    }
}
