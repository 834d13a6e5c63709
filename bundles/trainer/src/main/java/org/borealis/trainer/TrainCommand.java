package org.borealis.trainer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.command.Command;
import org.borealis.data.DocumentSource;
import org.borealis.data.TokenizerTrainer;
import org.borealis.recipe.RunSettings;
import org.borealis.train.Tracker;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.progress.Display;
import org.borealis.trainer.ranks.Joining;
import org.borealis.trainer.run.RunFolder;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code borealis train}. */
@Component(
        scope = ServiceScope.PROTOTYPE,
        property = {Command.NAME + "=train", Command.LIVE + ":Boolean=true"})
@CommandLine.Command(
        name = "train",
        description = {
            "Trains the model that a recipe describes.",
            "A run that was interrupted goes on from its newest checkpoint: give the same command again."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Done.",
            "1:Not done; standard error says why.",
            "2:The command line is wrong.",
            "130:Asked to end by Ctrl-C or SIGTERM; all is saved, the same command goes on."
        },
        footer = {
            "",
            "Examples:",
            "  borealis train quickstart",
            "  borealis train recipe.yaml --set steps=2000 --set optimizer.rate=1e-3",
            "  borealis train recipe.yaml --dry-run",
            "  borealis train --replay runs/mine"
        })
public final class TrainCommand implements Command {
    @CommandLine.Parameters(
            arity = "0..1",
            paramLabel = "RECIPE",
            description = "Path of a recipe, or the name of a shipped one; with --replay, that of the run.")
    String recipe = "";

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a setting of the recipe, such as model.layers=8; may be given several times.")
    List<String> overrides = new ArrayList<>();

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "Folder of runs; each has a folder in it that bears its name. Default: ${DEFAULT-VALUE}")
    Path runs = Path.of("runs");

    @Option(names = "--resume", description = "Fail unless there is a checkpoint to go on from.")
    boolean mustResume;

    @Option(names = "--fresh", description = "Begin anew; what the run has left so far is moved to a folder beside it.")
    boolean isFresh;

    @Option(
            names = "--replay",
            paramLabel = "RUN",
            description = {
                "Makes the steps of the run in this folder again, each with the very plug-ins that made it, as run NAME-replay,",
                "and compares the losses."
            })
    @Nullable
    Path replayed;

    @Option(
            names = "--dry-run",
            description =
                    "Check the recipe, plan the memory and say what it needs and whether it fits, without training or taking any.")
    boolean isDry;

    @Option(
            names = "--explain",
            description = "With --dry-run: what ranks send each other in a step, by axis of the mesh.")
    boolean explains;

    @Option(names = "--json", description = "With --dry-run: print one JSON object.")
    boolean asJson;

    @Spec
    CommandSpec spec = CommandSpec.create();

    private final Engine engine;
    private final Engine.Extensions extensions;

    @Activate
    public TrainCommand(
            @Reference Engine engine,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE) List<DocumentSource> sources,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE, service = TokenizerTrainer.class)
                    List<Map.Entry<Map<String, Object>, TokenizerTrainer>> tokenizerTrainers,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE) List<Tracker> trackers,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE) List<ClusterEnvironment> environments) {
        this(engine, new Engine.Extensions(sources, tokenizerTrainers, trackers, environments));
    }

    TrainCommand(Engine engine, Engine.Extensions extensions) {
        this.engine = engine;
        this.extensions = extensions;
    }

    @Override
    public Integer call() {
        var replay = Optional.ofNullable(replayed).map(folder -> Replay.of(engine, folder));
        var read = engine.recipes().read(source(), replay.map(this::overrides).orElse(overrides));
        var settings = engine.recipes().settings(read);
        replay.ifPresent(first -> first.requireOther(RunFolder.path(runs, settings.name())));
        if (isDry) {
            new DryRun(engine, settings, new RecipePaths(RunFolder.path(runs, settings.name())), explains)
                    .describe(read, System.out, asJson);
            return DONE;
        }
        var membership = ClusterEnvironment.membership(extensions.environments(), System.getenv());
        boolean isFirst = membership.map(m -> m.rank() == 0).orElse(true);
        // The first rank opens the folder before it meets the others, who so find it as it is to be.
        try (var joining = new Joining(engine.plugins());
                var folder = isFirst ? folder(settings) : RunFolder.beside(runs, settings.name());
                var ranks = joining.join(read, settings, membership);
                var display = isFirst ? Display.on(folder.log()) : Display.silent()) {
            return new Run(new RunContext(engine, extensions, settings, folder, display, ranks, again()), read, replay)
                    .train(mustResume);
        }
    }

    private String source() {
        if (!recipe.isEmpty()) {
            return recipe;
        }
        if (replayed == null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Missing required parameter: 'RECIPE'");
        }
        return replayed.resolve(RunFolder.RECIPE).toString();
    }

    /** Another name first, unless one is given. */
    private List<String> overrides(Replay replay) {
        var all = new ArrayList<>(List.of("name=" + replay.name() + "-replay"));
        all.addAll(overrides);
        return all;
    }

    private RunFolder folder(RunSettings settings) {
        var folder = RunFolder.open(runs, settings.name());
        if (!isFresh || !folder.hasRun()) {
            return folder;
        }
        try (folder) {
            System.err.println("what run '" + settings.name() + "' had left is now in " + folder.moveAside());
        }
        return RunFolder.open(runs, settings.name());
    }

    /** The command line that goes on with this run. */
    private String again() {
        var words = new ArrayList<>(List.of("borealis", "train"));
        if (!recipe.isEmpty()) {
            words.add(recipe);
        }
        if (replayed != null) {
            words.addAll(List.of("--replay", replayed.toString()));
        }
        overrides.forEach(each -> words.addAll(List.of("--set", each)));
        if (!runs.equals(Path.of("runs"))) {
            words.addAll(List.of("--runs", runs.toString()));
        }
        return String.join(" ", words.stream().map(TrainCommand::quoted).toList());
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./=:,+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
