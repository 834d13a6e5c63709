package org.borealis.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
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

/** What the documentation tells readers to type is understood: lines of console blocks, {@code $ borealis ...}. */
@Timeout(300)
class ConsoleBlocksIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("```console\\R(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("^\\$ (?:\\./)?borealis (.*)$", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    /** Cheap, and they change nothing: these are run as they stand. */
    private static final Set<String> RUN = Set.of("plugins list");

    private static final Path HOME = Path.of(System.getProperty("borealis.home"));

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
        if (!RUN.contains(String.join(" ", words.subList(0, Math.min(2, words.size()))))) {
            words.add("--help");
        }
        var said = new ByteArrayOutputStream();
        assertEquals(0, run(words, said), said::toString);
        assertEquals("", said.toString(UTF_8), line);
    }

    /** In a container of its own within this process; what it says to standard error goes to {@code said}. */
    private static int run(List<String> words, OutputStream said) throws Exception {
        var slf4j = Installation.jars(HOME.resolve("lib")).stream()
                .filter(jar -> jar.getFileName().toString().startsWith("slf4j-api"))
                .toList();
        var installation =
                new Installation(Installation.jars(HOME.resolve("bundles")), slf4j, List.of(HOME.resolve("plugins")));
        var out = System.out;
        var err = System.err;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(new PrintStream(said, true, UTF_8));
        try (var container = Container.start(installation, words.toArray(String[]::new))) {
            return container.run();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
