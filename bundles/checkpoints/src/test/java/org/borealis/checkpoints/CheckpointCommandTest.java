package org.borealis.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CheckpointCommandTest {
    @TempDir
    Path folder;

    private final DiskCheckpoints checkpoints = new DiskCheckpoints();

    private record Result(int exitCode, String output) {}

    private Result run(String... arguments) {
        var output = new ByteArrayOutputStream();
        var before = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            int exitCode = new CommandLine(new CheckpointCommand(checkpoints)).execute(arguments);
            return new Result(exitCode, output.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void listShowsEveryCheckpointOfARun() throws IOException {
        Saved.of(1).save(checkpoints, folder.resolve("checkpoints"), 1);
        var second = Saved.of(2).save(checkpoints, folder.resolve("checkpoints"), 2);
        var whole = run("list", folder.toString());
        assertEquals(0, whole.exitCode());
        assertTrue(whole.output().contains("step-000001") && whole.output().contains("step-000002"), whole.output());
        Files.delete(second.resolve("manifest.json"));
        var broken = run("list", folder.toString(), "--json");
        assertEquals(1, broken.exitCode());
        var json = new ObjectMapper().readTree(broken.output());
        assertEquals(2, json.size());
        assertEquals("manifest.json is missing", json.at("/1/problems/0").asText());
        assertEquals(1, json.at("/0/step").asInt());
    }

    @Test
    void verifyTellsByItsExitCodeWhetherAllIsRight() throws IOException {
        var path = Saved.of(1).save(checkpoints, folder, 1);
        assertEquals(0, run("verify", path.toString()).exitCode());
        Files.writeString(path.resolve("recipe.resolved.yaml"), "name: tset\n");
        var altered = run("verify", path.toString());
        assertEquals(1, altered.exitCode());
        assertTrue(altered.output().contains("recipe.resolved.yaml is altered"), altered.output());
        var json = new ObjectMapper()
                .readTree(run("verify", "--json", folder.toString()).output());
        assertEquals(false, json.path("whole").asBoolean(true));
        assertTrue(json.at("/problems/0").asText().startsWith("step-000001: recipe.resolved.yaml"));
    }

    @Test
    void aWrongPathOrNoSubcommandIsNoSuccess() {
        assertTrue(run("list", folder.resolve("none").toString()).exitCode() != 0);
        assertTrue(run("list", folder.toString()).exitCode() != 0);
        assertEquals(2, run().exitCode());
    }
}
