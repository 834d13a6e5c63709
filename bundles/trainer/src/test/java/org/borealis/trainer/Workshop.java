package org.borealis.trainer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.checkpoints.DiskCheckpoints;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Section;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.fakes.Countdown;
import org.borealis.trainer.fakes.FakeCorpora;
import org.borealis.trainer.fakes.FakePlugins;
import org.borealis.trainer.fakes.FakeRecipes;
import org.borealis.trainer.fakes.LetterTokenizer;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.TinyModel;
import org.borealis.trainer.progress.Display;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.run.RunFolder;

/** Runs of a tiny model on the reference backend, with the real compiler and checkpoints. */
final class Workshop {
    static final int STEPS = 20;

    final FakePlugins plugins = new FakePlugins();
    final Countdown interruption = new Countdown();
    final FakeCorpora corpora = new FakeCorpora();
    Engine.Extensions extensions = new Engine.Extensions(List.of(), List.of(), List.of(), List.of());

    private final Path runs;
    private final FakeRecipes recipes = new FakeRecipes();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Engine engine;

    Workshop(Path runs) {
        this.runs = runs;
        plugins.install(Contract.TOKENIZER, section -> new LetterTokenizer(new byte[] {1}));
        plugins.install(
                Contract.MODEL,
                section -> new TinyModel(number(section, "vocabulary", 0), number(section, "sequence", 8)));
        plugins.install(Contract.OPTIMIZER, section -> new Momentum(0.5, 1));
        plugins.install(Contract.SCHEDULE, section ->
                (org.borealis.train.RateSchedule) position -> 1 - 0.5 * position.step() / position.steps());
        plugins.install(Contract.BACKEND, section -> new ReferenceBackend());
        engine = new Engine(recipes, plugins, new ProgramCompiler(), new DiskCheckpoints(), corpora, interruption);
    }

    private static int number(Section section, String key, int otherwise) {
        return section.settings().get(key) instanceof Number number ? number.intValue() : otherwise;
    }

    Engine engine() {
        return engine;
    }

    int train(Map<String, Object> settings) {
        return train(settings, false);
    }

    /** Repeats a run. */
    int replay(String run, Map<String, Object> settings) {
        var recipe = recipe(settings);
        try (var folder = folder(recipe)) {
            return train(recipe, folder, Ranks.ALONE, Optional.of(Replay.of(engine, runs.resolve(run))), false);
        }
    }

    int train(Map<String, Object> settings, boolean mustResume) {
        var recipe = recipe(settings);
        try (var folder = folder(recipe)) {
            return train(recipe, folder, Ranks.ALONE, Optional.empty(), mustResume);
        }
    }

    /** As one of the ranks that share a folder of runs. */
    int train(Map<String, Object> settings, Ranks ranks) {
        var recipe = recipe(settings);
        var name = recipes.settings(recipe).name();
        try (var folder = ranks.isFirst() ? folder(recipe) : RunFolder.beside(runs, name)) {
            return train(recipe, folder, ranks, Optional.empty(), false);
        }
    }

    private static Recipe recipe(Map<String, Object> settings) {
        var all = new HashMap<String, Object>(Map.of(
                "seed", 1234L, "steps", STEPS, "batch.sequences", 4, "evaluate.every", 10, "checkpoint.every", 10));
        all.putAll(settings);
        return FakeRecipes.of(all);
    }

    private RunFolder folder(Recipe recipe) {
        return RunFolder.open(runs, recipes.settings(recipe).name());
    }

    private int train(Recipe recipe, RunFolder folder, Ranks ranks, Optional<Replay> replay, boolean mustResume) {
        var view = recipes.settings(recipe);
        output.reset();
        var log = ranks.isFirst() ? log(folder) : Writer.nullWriter();
        try (var display = new Display(new PrintStream(output, true), false, log)) {
            var context = new RunContext(engine, extensions, view, folder, display, ranks, "borealis train mine");
            return new Run(context, recipe, replay).train(mustResume);
        }
    }

    String dryRun(Recipe recipe, boolean asJson) {
        var view = recipes.settings(recipe);
        output.reset();
        new DryRun(engine, view, new RecipePaths(RunFolder.path(runs, view.name())), false)
                .describe(recipe, new PrintStream(output, true), asJson);
        return output();
    }

    private static Writer log(RunFolder folder) {
        try {
            return Files.newBufferedWriter(folder.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    List<String> events(String run) {
        try {
            return Files.readAllLines(runs.resolve(run).resolve("events.jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> events(String run, String name) {
        return events(run).stream()
                .filter(line -> line.startsWith("{\"event\":\"" + name + "\""))
                .toList();
    }

    List<Double> losses(String run) {
        return losses(events(run, "step"));
    }

    List<Double> evaluations(String run) {
        return losses(events(run, "evaluation"));
    }

    private static List<Double> losses(List<String> lines) {
        var loss = Pattern.compile("\"loss\":([^,}]+)");
        return lines.stream()
                .map(line ->
                        loss.matcher(line).results().findFirst().orElseThrow().group(1))
                .map(Double::valueOf)
                .toList();
    }

    static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
