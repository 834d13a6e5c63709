package org.borealis.checkpoints;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.checkpoint.Checkpoints;
import org.borealis.command.Command;
import org.borealis.tensor.BorealisException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;

/** {@code borealis checkpoint}: what is saved, and whether it is what was saved. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=checkpoint")
@CommandLine.Command(
        name = "checkpoint",
        description = "Lists and verifies checkpoints.",
        footer = {
            "",
            "Examples:",
            "  borealis checkpoint list quickstart",
            "  borealis checkpoint verify runs/quickstart/checkpoints/step-000100",
            "",
            "The exit code is 1 when a checkpoint is broken, or none is there."
        })
public final class CheckpointCommand implements Command {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Checkpoints checkpoints;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Activate
    public CheckpointCommand(@Reference Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    @Override
    public Integer call() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "wanted one of: list, verify");
        }
        return MISUSED;
    }

    @CommandLine.Command(name = "list", description = "Lists checkpoints, oldest first, judged by manifest and sizes.")
    int list(
            @CommandLine.Parameters(
                            paramLabel = "RUN|FOLDER",
                            description = "Name of a run, its folder, or a folder of checkpoints.")
                    Path where,
            @CommandLine.Option(names = "--json", description = "Prints a JSON array.") boolean asJson) {
        var folder = folder(where);
        var entries = checkpoints.list(folder);
        if (entries.isEmpty()) {
            throw new BorealisException("checkpoint-missing", "there is no checkpoint in " + folder);
        }
        if (asJson) {
            print(entries.stream().map(CheckpointCommand::toMap).toList());
        } else {
            entries.forEach(CheckpointCommand::print);
        }
        return entries.stream().allMatch(entry -> entry.problem().isEmpty()) ? DONE : FAILED;
    }

    @CommandLine.Command(
            name = "verify",
            description = "Reads every byte and compares it with the digests that were saved with it.")
    int verify(
            @CommandLine.Parameters(
                            paramLabel = "PATH",
                            description = "A checkpoint; or a run or a folder, for all that are in it.")
                    Path where,
            @CommandLine.Option(names = "--json", description = "Prints a JSON object.") boolean asJson) {
        var path = existing(where);
        var problems = checkpoints.verify(path);
        if (asJson) {
            print(Map.of("path", path.toString(), "whole", problems.isEmpty(), "problems", problems));
        } else if (problems.isEmpty()) {
            System.out.println(path + ": whole, every digest is right");
        } else {
            problems.forEach(problem -> System.out.println(path + ": " + problem));
        }
        return problems.isEmpty() ? DONE : FAILED;
    }

    private static Path folder(Path where) {
        var path = existing(where);
        var inner = path.resolve("checkpoints");
        return Files.isDirectory(inner) ? inner : path;
    }

    private static Path existing(Path where) {
        var run = Path.of("runs").resolve(where);
        if (Files.exists(where)) {
            return where;
        }
        if (Files.exists(run)) {
            return run;
        }
        throw new BorealisException("checkpoint-missing", "there is neither " + where + " nor " + run);
    }

    private static void print(Checkpoints.Entry entry) {
        System.out.println(entry.path()
                + entry.problem().map(problem -> "  BROKEN: " + problem).orElse("  " + Sizes.of(entry.bytes())));
    }

    private static Map<String, Object> toMap(Checkpoints.Entry entry) {
        var map = new LinkedHashMap<String, Object>();
        map.put("path", entry.path().toString());
        map.put("step", entry.step());
        map.put("bytes", entry.bytes());
        map.put("problems", entry.problem().map(List::of).orElse(List.of()));
        return map;
    }

    private static void print(Object value) {
        try {
            System.out.println(JSON.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
