package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A folder in which somebody works with the assembled distribution. */
final class Workplace {
    static final Path HOME = Path.of(System.getProperty("borealis.home"));
    /** A run here takes seconds; the rest is for machines that do other things, too. */
    static final long PATIENCE_SECONDS = 120;
    /** How often a run that is killed is killed; each time costs seconds. */
    static final int KILLS = Integer.getInteger("borealis.kills", 4);

    /** What the JVM says wherever the Vector API is asked for, and no option stops it from saying. */
    private static final String JVM_LINE = "WARNING: Using incubator modules: jdk.incubator.vector\n";

    /** A process that lives for seconds pays for well compiled code more than it gets from it. */
    private static final String SHORT_RUN = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    /** Unless it computes in Java on vectors, which only the best compiler makes fast. */
    static final String SHORT_RUN_ON_VECTORS = "-XX:CompileThresholdScaling=10 -XX:+UseSerialGC";

    private static final int CORPUS_CHARACTERS = 60_000;

    private final Path folder;

    /** How a process ended, and all that it said but for the JVM's own line. */
    record Ended(int code, String out, String err) {
        Ended succeeded() {
            assertEquals(0, code, () -> out + err);
            return this;
        }

        /** Last line of what it printed. */
        String lastLine() {
            return out.lines().toList().getLast();
        }
    }

    /** A folder with a text, a small recipe and a folder for plug-ins. */
    Workplace(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(plugins());
        Files.createDirectories(folder.resolve("runs"));
        var novel = Files.readString(HOME.resolve("corpora/austen.txt"));
        Files.writeString(folder.resolve("text.txt"), novel.substring(0, CORPUS_CHARACTERS));
        Files.writeString(folder.resolve("tiny.yaml"), """
                name: tiny
                seed: 7
                backend: torch
                model: {family: llama, layers: 2, hidden: 64, heads: 4, keyValueHeads: 2, sequence: 32}
                tokenizer: bytes
                data: {text: text.txt, heldOut: 0.1}
                batch: {sequences: 8, micro: 4}
                optimizer: {name: adamw, rate: 3e-3}
                schedule: {name: cosine, warmup: 3, final: 0.2}
                steps: 12
                evaluate: {every: 5, batches: 2}
                checkpoint: {every: 5, keep: 2}
                """);
    }

    Path folder() {
        return folder;
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    Path plugins() {
        return folder.resolve("plugins");
    }

    RunFiles run(String name) {
        return new RunFiles(folder.resolve("runs").resolve(name));
    }

    /** Runs a command line of borealis to its end. */
    Ended borealis(String... words) throws Exception {
        return start(words).await();
    }

    /** Trains the small recipe as a run of this name. */
    Ended train(String name, String... settings) throws Exception {
        return startTraining(name, settings).await();
    }

    Running startTraining(String name, String... settings) throws IOException {
        return start(trainWords(name, settings).toArray(String[]::new));
    }

    static List<String> trainWords(String name, String... settings) {
        var words = new ArrayList<>(List.of("train", "tiny.yaml", "--set", "name=" + name));
        for (String setting : settings) {
            words.addAll(List.of("--set", setting));
        }
        return words;
    }

    Running start(String... words) throws IOException {
        var line = new ArrayList<>(List.of(HOME.resolve("bin/borealis").toString()));
        line.addAll(List.of(words));
        return startAny(line);
    }

    /** Starts any program here. Its outputs go to files, which never fill up as a pipe does. */
    Running startAny(List<String> line) throws IOException {
        var out = Files.createTempFile("borealis-", ".out");
        var err = Files.createTempFile("borealis-", ".err");
        var builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("BOREALIS_PLUGINS", plugins().toString());
        builder.environment()
                .putIfAbsent("BOREALIS_JAVA_OPTIONS", isOnVectors(line) ? SHORT_RUN_ON_VECTORS : SHORT_RUN);
        return new Running(builder.start(), out, err);
    }

    private static boolean isOnVectors(List<String> line) {
        return line.stream().anyMatch(word -> word.matches(".*(onednn|reference|quickstart).*"));
    }

    /** Whole, where the class path makes it longer than what {@code ProcessHandle} tells. */
    static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return ""; // it has just ended
        }
    }

    /** A process, and where its outputs go. */
    record Running(Process process, Path out, Path err) {

        Ended await() throws Exception {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("still running after " + PATIENCE_SECONDS + " s:\n" + saidLast());
            }
            var ended = new Ended(
                    process.exitValue(),
                    Files.readString(out),
                    Files.readString(err).replace(JVM_LINE, ""));
            Files.delete(out);
            Files.delete(err);
            return ended;
        }

        String said() throws IOException {
            return new String(Files.readAllBytes(out), StandardCharsets.UTF_8)
                    + new String(Files.readAllBytes(err), StandardCharsets.UTF_8);
        }

        private String saidLast() throws IOException {
            var said = said();
            return said.substring(Math.max(0, said.length() - 1000));
        }

        /** Waits until it has said something. */
        void awaitWords(String words) throws Exception {
            awaitThat("'" + words + "' is said", () -> said().contains(words));
        }

        /** Waits until something is so, as long as the process runs. */
        void awaitThat(String what, Claim claim) throws Exception {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!claim.holds()) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("ended or too slow before " + what + ":\n" + saidLast());
                }
                Thread.sleep(5);
            }
        }

        /** Sends a signal by its name, such as INT. */
        void signal(String name) throws Exception {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }
    }

    /** Something that may become so. */
    interface Claim {
        boolean holds() throws Exception;
    }

    /** Every file here with its size and age, but for locks: they tell who was there last. */
    TreeMap<String, String> contents() throws IOException {
        var contents = new TreeMap<String, String>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(each -> !each.endsWith("lock")).toList()) {
                var age = Files.isDirectory(file) ? "" : " of " + Files.getLastModifiedTime(file);
                contents.put(
                        folder.relativize(file).toString(), (Files.isDirectory(file) ? "" : Files.size(file)) + age);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return contents;
    }
}
