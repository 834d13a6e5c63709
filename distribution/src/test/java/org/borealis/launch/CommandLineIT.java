package org.borealis.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs bin/borealis of the unpacked distribution as its users do. */
@Timeout(120)
class CommandLineIT {
    private static final Path HOME = Path.of(System.getProperty("borealis.home"));
    private static final long PATIENCE_SECONDS = 60;
    /** What the foundation promises for a command line that needs no backend. */
    private static final double CPU_SECONDS = 1.5;

    private record Ended(int code, String out, String err) {}

    @TempDir
    Path folder;

    private Path plugins;

    @BeforeEach
    void makePluginFolder() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
    }

    @Test
    void helpNamesEveryCommandAndNothingElseIsPrinted() throws Exception {
        Jars.command(plugins, "brought", "1.0.0", "return 0;", "org.borealis.command,picocli");
        Ended ended = run("--help");
        assertEquals("", ended.err);
        assertEquals(0, ended.code);
        for (String command : List.of("doctor", "plugins", "shell", "train", "launch", "brought")) {
            assertTrue(ended.out.contains("\n  " + command + " "), ended.out);
        }
    }

    @Test
    void mistypedWordsGetTheNearestLegalOne() throws Exception {
        Ended option = run("plugins", "list", "--jsno");
        assertEquals(2, option.code);
        assertTrue(option.err.contains("unknown option '--jsno' of 'list'; did you mean '--json'?"), option.err);
        Ended command = run("pluggins");
        assertEquals(2, command.code);
        assertTrue(command.err.contains("unknown command 'pluggins'; did you mean 'plugins'?"), command.err);
    }

    @Test
    void everythingThatIsInstalledIsReadyAndNothingIsWrittenBeside() throws Exception {
        var before = contents();
        List<Process> both = List.of(start("plugins", "list", "--json"), start("plugins", "list", "--json"));
        for (Process process : both) {
            Ended ended = await(process);
            assertEquals("", ended.err);
            JsonNode installed = new ObjectMapper().readTree(ended.out);
            var names = new ArrayList<String>();
            for (JsonNode plugin : installed) {
                String name =
                        plugin.get("kind").asText() + " " + plugin.get("name").asText();
                names.add(name);
                assertTrue(
                        List.of("ready", "active").contains(plugin.get("state").asText()),
                        () -> name + " " + plugin.get("state"));
            }
            assertTrue(names.containsAll(List.of("backend reference", "command plugins")), names::toString);
        }
        assertEquals(before, contents());
    }

    @Test
    void aPluginForAnotherPlatformIsRefusedWithAReason() throws Exception {
        Jars.command(plugins, "future", "1.0.0", "return 0;", "org.borealis.command;version=\"[9.0,10)\"");
        Files.writeString(plugins.resolve("broken.jar"), "not a jar");
        Ended ended = run("plugins", "list", "--kind", "backend");
        assertEquals(0, ended.code);
        assertTrue(
                ended.err.contains(
                        "bundle example.future 1.0.0 is not usable: it needs the package org.borealis.command"
                                + " in a version from 9.0.0, below 10.0.0, and here it is 0.1.0"),
                ended.err);
        assertTrue(ended.err.contains("broken.jar is left out"), ended.err);
    }

    @Test
    void aCommandThatListensEndsByItselfWhenTerminated() throws Exception {
        Jars.command(plugins, "listens", "1.0.0", """
                interruption.requested(); // from here on it is trusted to end by itself
                System.out.println("waiting");
                while (!interruption.requested()) Thread.sleep(10);
                Thread.sleep(300);
                System.out.println("saved");
                return 7;
                """, "org.borealis.command,picocli");
        Jars.command(
                plugins,
                "deaf",
                "1.0.0",
                "System.out.println(\"waiting\"); Thread.sleep(60_000); return 0;",
                "org.borealis.command,picocli");
        Process listens = start("listens");
        Process deaf = start("deaf");
        for (Process process : List.of(listens, deaf)) {
            assertEquals("waiting", process.inputReader().readLine());
            process.toHandle().destroy(); // SIGTERM; the process's own method would close its output as well
        }
        listens.toHandle().destroy(); // a scheduler's second one
        Ended saved = await(listens);
        assertEquals("saved\n", saved.out);
        assertEquals(7, saved.code);
        assertEquals(128 + 15, await(deaf).code);
    }

    @Test
    void aDefectIsALineAndAFileWithTheStackTrace() throws Exception {
        Jars.command(
                plugins,
                "defect",
                "1.0.0",
                "throw new IllegalStateException(\"no wheels\");",
                "org.borealis.command,picocli");
        Ended ended = run("defect");
        assertEquals(1, ended.code);
        Matcher line = Pattern.compile(
                        "borealis: unexpected java.lang.IllegalStateException: no wheels;.* is in (\\S+)\n")
                .matcher(ended.err);
        assertTrue(line.find(), ended.err); // after the JVM's own line about the Vector API
        Path trace = Path.of(line.group(1));
        assertTrue(Files.readString(trace).contains("at example.Example.call"), trace::toString);
        Files.delete(trace);
    }

    @Test
    void shortCommandsTakeLittleProcessorTime() throws Exception {
        var builder = new ProcessBuilder("sh", "-c", "\"$0\" --help >/dev/null && times", executable());
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 3 && least >= CPU_SECONDS; i++) { // others use this machine, too
            Ended ended = await(builder.start());
            Matcher times = Pattern.compile("(\\d+)m([\\d.]+)s")
                    .matcher(ended.out.lines().toList().getLast());
            double sum = 0;
            while (times.find()) {
                sum += 60 * Double.parseDouble(times.group(1)) + Double.parseDouble(times.group(2));
            }
            least = Math.min(least, sum);
        }
        assertTrue(least > 0 && least < CPU_SECONDS, "user + system seconds: " + least);
    }

    private Ended run(String... words) throws Exception {
        return await(start(words));
    }

    private static String executable() {
        return HOME.resolve("bin/borealis").toString();
    }

    private Process start(String... words) throws IOException {
        var line = new ArrayList<>(List.of(executable()));
        line.addAll(List.of(words));
        var builder = new ProcessBuilder(line);
        builder.environment().put("BOREALIS_PLUGINS", plugins.toString());
        return builder.directory(folder.toFile()).start();
    }

    /** Outputs here are smaller than a pipe holds. */
    private static Ended await(Process process) throws Exception {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + PATIENCE_SECONDS + " s");
        }
        return new Ended(
                process.exitValue(),
                String.join("\n", process.inputReader().readAllLines()) + "\n",
                process.errorReader().readAllLines().stream().reduce("", (text, line) -> text + line + "\n"));
    }

    /** Every file of the distribution with its size and age. */
    private static TreeMap<String, String> contents() throws IOException {
        var contents = new TreeMap<String, String>();
        try (var files = Files.walk(HOME)) {
            files.forEach(file -> {
                try {
                    contents.put(file.toString(), Files.size(file) + " " + Files.getLastModifiedTime(file));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return contents;
    }
}
