package org.borealis.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.command.Command;
import org.borealis.device.Backend;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConformanceCommandTest {
    @TempDir
    Path folder;

    private record Run(int code, String out) {}

    private Run run(String... arguments) {
        Backend right = new ReferenceBackend();
        var plugins = new FakePlugins(Map.of("reference", right, "wrong", () -> new WrongDevice(right.open())));
        var command = new ConformanceCommand(plugins, name -> new Installed("fake 1.0", ""), new VerdictFiles(folder));
        var line = new CommandLine(command);
        line.parseArgs(arguments);
        var out = new ByteArrayOutputStream();
        var before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            return new Run(command.call(), out.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void aRightBackendGivesATableAndExitCodeZero() {
        var run = run("--backend", "reference", "--op", "EXP,matmul", "--type", "float32,f16");
        assertEquals(Command.DONE, run.code);
        assertTrue(run.out.startsWith("CHECK"), run.out);
        assertTrue(run.out.contains("EXP     f32"), run.out);
        assertTrue(run.out.contains("MatMul  f16"), run.out);
        assertFalse(run.out.contains("bf16"), run.out);
        assertTrue(run.out.contains("backend reference passes this part of the kit: all "), run.out);
    }

    @Test
    void aWrongBackendGivesItsComplaintsAndExitCodeOne() {
        var run = run("--backend", "wrong", "--op", "NEGATE", "--type", "i32");
        assertEquals(Command.FAILED, run.code);
        assertTrue(run.out.contains("FAIL"), run.out);
        assertTrue(run.out.contains("Not so: NEGATE on i32 is right"), run.out);
        assertTrue(run.out.contains("Unary(NEGATE) of i32[1]: output 0, element 0: got "), run.out);
        assertTrue(run.out.contains("backend wrong does not conform: "), run.out);
    }

    @Test
    void jsonIsOneDocument() throws Exception {
        var run = run("--backend", "wrong", "--op", "NEGATE,ABS", "--type", "i32", "--json", "--set", "threads=1");
        var json = new ObjectMapper().readTree(run.out);
        assertEquals("wrong", json.path("backend").textValue());
        assertEquals(1, json.path("settings").path("threads").intValue());
        assertEquals(2, json.path("checks").size());
        var abs = json.path("checks").path(1);
        assertEquals("ABS", abs.path("op").textValue());
        assertEquals("i32", abs.path("type").textValue());
        assertTrue(abs.path("passed").booleanValue());
        var negate = json.path("checks").path(0);
        assertFalse(negate.path("passed").booleanValue());
        assertEquals(json.path("failed").intValue(), negate.path("complaints").size());
    }

    @Test
    void partsOfTheKitAreNoVerdict() throws Exception {
        run("--backend", "reference", "--op", "NOT");
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void mistypedWordsGetTheNearest() {
        var op = assertThrows(BorealisException.class, () -> run("--backend", "reference", "--op", "MatMull"));
        assertTrue(op.getMessage().contains("did you mean 'MatMul'?"), op.getMessage());
        var type = assertThrows(BorealisException.class, () -> run("--backend", "reference", "--type", "f8"));
        assertTrue(type.getMessage().contains("there is no type 'f8'; there are f64, f32"), type.getMessage());
        var backend = assertThrows(BorealisException.class, () -> run("--backend", "torhc"));
        assertTrue(backend.getMessage().contains("torhc"), backend.getMessage());
        var setting = assertThrows(BorealisException.class, () -> run("--backend", "reference", "--set", "threads"));
        assertTrue(setting.getMessage().contains("key=value"), setting.getMessage());
    }
}
