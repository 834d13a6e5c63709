package org.borealis.experiments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.borealis.command.Command;
import org.borealis.command.Interruption;
import org.borealis.recipe.Recipes;
import org.borealis.tensor.BorealisException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceScope;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code borealis tune}. */
@Component(
        service = Command.class,
        scope = ServiceScope.PROTOTYPE,
        property = {Command.NAME + "=tune", Command.LIVE + ":Boolean=true"})
@CommandLine.Command(
        name = "tune",
        description = "Finds a setting by trying it.",
        footer = {"", "Example:", "  borealis tune rate quickstart --steps 200"})
public final class TuneCommand implements Command {
    private static final int INTERRUPTED = 130;

    @CommandLine.Spec
    @Nullable
    CommandSpec spec;

    private final Training training;
    private final Recipes recipes;
    private final Interruption interruption;

    @Activate
    public TuneCommand(
            @Reference(target = "(" + Command.NAME + "=train)", scope = ReferenceScope.PROTOTYPE_REQUIRED)
                    ComponentServiceObjects<Command> train,
            @Reference Recipes recipes,
            @Reference Interruption interruption) {
        training = new Training(train::getService);
        this.recipes = recipes;
        this.interruption = interruption;
    }

    @Override
    public Integer call() {
        if (spec != null) {
            spec.commandLine().usage(System.err);
        }
        return MISUSED;
    }

    @CommandLine.Command(
            name = "rate",
            description = {
                "Trains while the rate rises by one ratio from step to step (Smith 2017), and says where the loss falls fastest.",
                "The plot is in the folder of the run, whose name is the recipe's with -rates behind it; it begins anew each time."
            },
            footer = {"", "Example:", "  borealis tune rate quickstart --set optimizer=lion --from 1e-6 --to 0.1"})
    int rate(
            @CommandLine.Parameters(
                            paramLabel = "RECIPE",
                            description = "Path of a recipe, or the name of a shipped one.")
                    String recipe,
            @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Changes a setting of the recipe.")
                    @Nullable
                    List<String> overrides,
            @Option(
                            names = "--runs",
                            paramLabel = "DIR",
                            defaultValue = "runs",
                            description = "Folder of runs. Default: runs")
                    Path runs,
            @Option(names = "--from", defaultValue = "1e-6", description = "Rate of the first step. Default: 1e-6")
                    double from,
            @Option(names = "--to", defaultValue = "1", description = "Rate of the last step. Default: 1") double to,
            @Option(names = "--steps", defaultValue = "100", description = "How many. Default: 100") int steps)
            throws Exception {
        require(from > 0 && to > from, "--from has to be above 0 and --to above that; got " + from + " and " + to);
        require(steps >= 2, "--steps has to be at least 2; got " + steps);
        List<String> given = overrides == null ? List.of() : overrides;
        String name = recipes.settings(recipes.read(recipe, given)).name() + "-rates";
        var arguments = new ArrayList<>(List.of(recipe, "--fresh", "--runs", runs.toString()));
        given.forEach(each -> arguments.addAll(List.of("--set", each)));
        for (String setting : List.of(
                "name=" + name,
                "steps=" + steps,
                "optimizer.rate=" + from,
                "schedule={name: ramp, from: 1, to: " + to / from + ", shape: geometric}",
                "evaluate.every=0",
                "checkpoint.every=0")) {
            arguments.addAll(List.of("--set", setting));
        }
        int code = training.run(arguments); // a rate that is too high may end it
        if (interruption.requested()) {
            return INTERRUPTED;
        }
        var curve = RateCurve.of(Curve.read(runs.resolve(name)));
        if (curve.points().size() < 2) {
            return code == DONE ? FAILED : code;
        }
        show(name, curve, runs.resolve(name));
        return DONE;
    }

    private static void require(boolean holds, String demand) {
        if (!holds) {
            throw new BorealisException("tune", demand);
        }
    }

    private static void show(String name, RateCurve curve, Path folder) {
        var plot = new Plot("rate", true, List.of(new Plot.Series("smoothed loss", curve.points(), List.of()))).svg();
        String steepest = word(curve.steepest());
        String lowest = word(curve.lowest());
        Pages.write(folder.resolve("rates.svg"), plot);
        Pages.write(
                folder.resolve("rates.html"),
                Pages.html(name, plot, "<p>falls fastest at " + steepest + ", lowest at " + lowest + "</p>\n"));
        System.out.printf(
                "falls fastest at  %s%nlowest at         %s%nplot              %s%n",
                steepest, lowest, folder.resolve("rates.svg"));
        curve.steepest().ifPresent(_ -> System.out.println("--set optimizer.rate=" + steepest));
    }

    private static String word(Optional<Double> rate) {
        return rate.map(value -> String.format(Locale.ROOT, "%.2g", value)).orElse("none: the loss did not fall");
    }
}
