package org.borealis.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.borealis.cluster.Job;
import org.borealis.cluster.Launcher;
import org.borealis.cluster.Submission;
import org.borealis.command.Command;
import org.borealis.command.Interruption;
import org.borealis.parallel.Mesh;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Recipes;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** {@code borealis launch}. */
@Component(scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=launch")
@CommandLine.Command(
        name = "launch",
        description = {
            "Trains on several processes: on this machine, by mpiexec, or on a cluster.",
            "What a rank says comes out as '[rank] line', and stands in runs/NAME/logs/rank-N.txt."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Done.",
            "1:Not done; standard error says why. Any other code is that of the first rank that failed.",
            "2:The command line is wrong.",
            "124:No rank said anything for --timeout, or --time is over.",
            "130:Asked to end by Ctrl-C or SIGTERM; the same command goes on."
        },
        footer = {
            "",
            "Examples:",
            "  borealis launch quickstart --ranks 4",
            "  borealis launch recipe.yaml --set mesh=data=2,tensor=2 --set 'parallel=[data.zero=3]'",
            "  borealis launch recipe.yaml --ranks 4 --restarts 3 --elastic --timeout 10m",
            "  borealis launch recipe.yaml --ranks 4 --launcher mpiexec --with flavour=openmpi",
            "  borealis launch recipe.yaml --ranks 24 --ranks-per-node 12 --launcher pbs --with queue=debug --dry-run",
            "  borealis launch recipe.yaml --ranks 2 -- --fresh"
        })
public final class LaunchCommand implements Command {
    private static final Contract<Launcher> LAUNCHER = new Contract<>("launcher", Launcher.class, Launcher.NAME);
    private static final String MESH = "mesh";
    /** A job that fails at once is not started again at once. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    @Mixin
    LaunchOptions options = new LaunchOptions();

    private final Recipes recipes;
    private final Plugins plugins;
    private final Interruption interruption;

    @Activate
    public LaunchCommand(@Reference Recipes recipes, @Reference Plugins plugins, @Reference Interruption interruption) {
        this.recipes = recipes;
        this.plugins = plugins;
        this.interruption = interruption;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        var recipe = recipes.read(options.recipe, options.overrides);
        String name = recipes.settings(recipe).name();
        var section = new Section(options.launcher, LauncherSettings.parse(options.launcherSettings));
        try (var choice = plugins.open(LAUNCHER, section, Duration.ZERO)) {
            var launcher = choice.service();
            var mesh = JobMesh.of(mesh(recipe), options.ranks);
            var submission = launcher.submit(job(recipe, name, mesh, false));
            if (options.isDry) {
                System.out.print(submission);
                return DONE;
            }
            return submission.isQueued() ? enqueue(submission) : attempts(launcher, recipe, name, mesh);
        }
    }

    private static Mesh mesh(Recipe recipe) {
        return Mesh.parse(String.valueOf(recipe.run().getOrDefault(MESH, "")));
    }

    private Path logs(String name) {
        return options.runs.resolve(name).resolve("logs");
    }

    private Job job(Recipe recipe, String name, Mesh mesh, boolean isAgain) {
        var command = new ArrayList<>(List.of(Machine.program().toString()));
        command.addAll(options.trainWords(isAgain));
        if (!mesh.equals(mesh(recipe))) {
            command.addAll(List.of("--set", MESH + "=" + mesh));
        }
        int perNode = options.ranksPerNode == 0 ? mesh.size() : options.ranksPerNode;
        int port = options.isDry && options.port == 0 ? 29400 : Machine.freePort();
        return new Job(
                name,
                command,
                options.environment(),
                Path.of("").toAbsolutePath(),
                logs(name),
                new Job.Place(mesh.size(), perNode, options.cores, Machine.cores(), port),
                options.whole.isZero() ? Optional.empty() : Optional.of(options.whole));
    }

    private int enqueue(Submission submission) throws IOException, InterruptedException {
        if (options.restarts > 0 || options.isElastic || !options.silence.isZero()) {
            throw new BorealisException(
                    "launch-queue",
                    "launcher '" + options.launcher
                            + "' hands the job in and does not wait: --restarts, --elastic and --timeout need one that stays,"
                            + " such as mpiexec or slurm inside the job's allocation");
        }
        for (var script : submission.scripts()) {
            Path parent = script.path().toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(script.path(), script.text());
        }
        try (var voices = new RankVoices(Path.of("."), "", System.out, System.err)) {
            var outcome = new RunningJob(limits(), interruption, voices)
                    .run(submission, Path.of("").toAbsolutePath());
            return outcome.code();
        }
    }

    private RunningJob.Limits limits() {
        return new RunningJob.Limits(options.silence, options.whole, options.grace);
    }

    private int attempts(Launcher launcher, Recipe recipe, String name, Mesh first) throws InterruptedException {
        Mesh mesh = first;
        for (int restart = 0; ; restart++) {
            var submission = launcher.submit(job(recipe, name, mesh, restart > 0));
            Outcome outcome = attempt(submission, name, mesh, restart);
            boolean isLast = restart == options.restarts || !outcome.mayBeTriedAgain();
            if (isLast) {
                return outcome.code();
            }
            mesh = options.isElastic ? JobMesh.smaller(mesh) : mesh;
            System.err.println("borealis: starting again on " + (mesh.axes().isEmpty() ? "1 rank" : mesh) + ", restart "
                    + (restart + 1) + " of " + options.restarts);
            Thread.sleep(PAUSE);
            if (interruption.requested()) {
                return Outcome.INTERRUPTED;
            }
        }
    }

    private Outcome attempt(Submission submission, String name, Mesh mesh, int restart) throws InterruptedException {
        String heading = "--- " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + options.launcher + ", "
                + mesh.size() + " ranks" + (restart > 0 ? ", restart " + restart : "");
        try (var voices = new RankVoices(logs(name), heading, System.out, System.err)) {
            var outcome = new RunningJob(limits(), interruption, voices)
                    .run(submission, Path.of("").toAbsolutePath());
            if (outcome.code() != DONE) {
                System.err.println(report(outcome, voices));
            }
            return outcome;
        }
    }

    /** Last of all, so that nobody has to look for it among what the other ranks said. */
    private static String report(Outcome outcome, RankVoices voices) {
        var text = new StringBuilder("borealis: ").append(outcome.reason());
        outcome.rank().ifPresent(rank -> {
            text.append("; all that it said is in ").append(voices.file(rank));
            voices.complaint(rank)
                    .forEach(line -> text.append(System.lineSeparator())
                            .append("  [")
                            .append(rank)
                            .append("] ")
                            .append(line));
        });
        return text.toString();
    }
}
