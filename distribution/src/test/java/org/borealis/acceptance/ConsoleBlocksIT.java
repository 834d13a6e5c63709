package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation tells readers to type is understood: lines of console blocks, {@code $ borealis ...}. */
@Timeout(300)
class ConsoleBlocksIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("```console\\R(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("^\\$ (?:\\./)?borealis (.*)$", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    /** Cheap, and they change nothing: these are run as they stand. */
    private static final Set<String> RUN = Set.of("doctor", "plugins");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> commandsOfTheDocumentationAreUnderstood() throws IOException {
        return commands().stream()
                .map(line -> DynamicTest.dynamicTest("borealis " + line, () -> assertUnderstood(line)));
    }

    private static Set<String> commands() throws IOException {
        var commands = new LinkedHashSet<String>();
        try (var files = Files.walk(ROOT, 4)) {
            var pages = files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !ROOT.relativize(file).toString().contains("target/"))
                    .sorted()
                    .toList();
            for (Path page : pages) {
                BLOCK.matcher(Files.readString(page))
                        .results()
                        .forEach(block -> COMMAND.matcher(block.group(1).replaceAll("\\\\\\R\\s*", ""))
                                .results()
                                .forEach(
                                        command -> commands.add(command.group(1).replaceFirst("\\s+#.*$", ""))));
            }
        }
        return commands;
    }

    /** With --help at its end a command line is parsed, and nothing else. */
    private void assertUnderstood(String line) throws Exception {
        var words = new ArrayList<String>();
        WORD.matcher(line.replaceFirst("\\s*[|>].*$", ""))
                .results()
                .forEach(word -> words.add(Stream.of(1, 2, 3)
                        .map(word::group)
                        .filter(text -> text != null)
                        .findFirst()
                        .orElseThrow()));
        if (!RUN.contains(words.getFirst())) {
            words.add("--help");
        }
        var ended = new Workplace(folder).borealis(words.toArray(String[]::new));
        assertEquals(0, ended.code(), ended::toString);
        assertEquals("", ended.err(), List.of(line)::toString);
    }
}
