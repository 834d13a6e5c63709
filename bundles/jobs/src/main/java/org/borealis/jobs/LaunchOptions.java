package org.borealis.jobs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.borealis.cluster.Job;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The words of {@code borealis launch}. */
final class LaunchOptions {
    @Parameters(index = "0", paramLabel = "RECIPE", description = "Path of a recipe, or the name of a shipped one.")
    String recipe = "";

    @Parameters(index = "1..*", paramLabel = "-- WORDS", description = "More words for 'borealis train', after '--'.")
    List<String> more = new ArrayList<>();

    @Option(
            names = "--ranks",
            paramLabel = "N",
            description = "Processes in all. Default: as many as the recipe's mesh has; without a mesh, data=N.")
    int ranks;

    @Option(names = "--ranks-per-node", paramLabel = "N", description = "Processes on a node. Default: all of them.")
    int ranksPerNode;

    @Option(names = "--cores", paramLabel = "N", description = "Cores of a process. Default: what the launcher gives.")
    int cores;

    @Option(names = "--launcher", paramLabel = "NAME", description = "What starts them. Default: ${DEFAULT-VALUE}")
    String launcher = "local";

    @Option(
            names = "--with",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting of the launcher; 'borealis plugins describe NAME' lists them. Several for a list, too.")
    List<String> launcherSettings = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a setting of the recipe; may be given several times.")
    List<String> overrides = new ArrayList<>();

    @Option(names = "--runs", paramLabel = "DIR", description = "Folder of runs. Default: ${DEFAULT-VALUE}")
    Path runs = Path.of("runs");

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description =
                    "Port of rank 0. Default: a free one of this machine, or one that follows from the job's number.")
    int port;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description = "How often to start again when the job fails; it goes on from the newest checkpoint.")
    int restarts;

    @Option(
            names = "--elastic",
            description = "Start again on fewer ranks: the data axis of the mesh shrinks to its next smaller divisor.")
    boolean isElastic;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Span.class,
            description = "Stop the job when no rank has said anything for so long, such as 10m. Default: never")
    Duration silence = Duration.ZERO;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            converter = Span.class,
            description = "Time limit of the whole job, such as 1h30m; queues are told. Default: none")
    Duration whole = Duration.ZERO;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            converter = Span.class,
            description = "What ranks have to save and end before they are killed. Default: 30s")
    Duration grace = Duration.ofSeconds(30);

    @Option(names = "--dry-run", description = "Print the scripts and commands that would run, and run nothing.")
    boolean isDry;

    /** Environment variables that all ranks get. */
    java.util.Map<String, String> environment() {
        return port == 0 ? java.util.Map.of() : java.util.Map.of(Job.PORT, Integer.toString(port));
    }

    /** The part of {@code borealis train}'s command line that doesn't depend on the mesh; without {@code --fresh} again. */
    List<String> trainWords(boolean isAgain) {
        var words = new ArrayList<>(List.of("train", recipe));
        overrides.forEach(each -> words.addAll(List.of("--set", each)));
        if (!runs.equals(Path.of("runs"))) {
            words.addAll(List.of("--runs", runs.toString()));
        }
        more.stream().filter(each -> !isAgain || !each.equals("--fresh")).forEach(words::add);
        return words;
    }
}
