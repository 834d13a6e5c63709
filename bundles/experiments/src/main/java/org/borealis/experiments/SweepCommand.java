package org.borealis.experiments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import org.borealis.command.Command;
import org.borealis.command.Interruption;
import org.borealis.recipe.Recipes;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceScope;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code borealis sweep}. */
@Component(
        scope = ServiceScope.PROTOTYPE,
        property = {Command.NAME + "=sweep", Command.LIVE + ":Boolean=true"})
@CommandLine.Command(
        name = "sweep",
        description = {
            "Trains the variants of a recipe that a file lists, one after the other, and shows them beside each other.",
            "A sweep that was interrupted goes on: give the same command again. Table and plot are in the sweep's folder."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:All trials are finished.",
            "1:A trial failed, or the file is wrong; standard error says why.",
            "2:The command line is wrong.",
            "130:Asked to end by Ctrl-C or SIGTERM; all is saved, the same command goes on."
        },
        footer = {
            "",
            "Example, in sweep.yaml:",
            "  name: rates",
            "  recipe: quickstart",
            "  set: {steps: 200}",
            "  grid: {optimizer: [adamw, lion], optimizer.rate: [1e-3, 3e-4], seed: [1, 2]}",
            "",
            "  borealis sweep sweep.yaml"
        })
public final class SweepCommand implements Command {
    private static final int INTERRUPTED = 130;

    @CommandLine.Parameters(paramLabel = "FILE", description = "The sweep: name, recipe, set, and grid or list.")
    Path file = Path.of("sweep.yaml");

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "Folder of runs; the sweep has a folder in it that bears its name. Default: ${DEFAULT-VALUE}")
    Path runs = Path.of("runs");

    @Option(names = "--dry-run", description = "Check and list the trials, and train none.")
    boolean isDry;

    @Option(names = "--json", description = "Print the comparison as JSON, the best first.")
    boolean asJson;

    private final Training training;
    private final Recipes recipes;
    private final Interruption interruption;

    @Activate
    public SweepCommand(
            @Reference(target = "(" + Command.NAME + "=train)", scope = ReferenceScope.PROTOTYPE_REQUIRED)
                    ComponentServiceObjects<Command> train,
            @Reference Recipes recipes,
            @Reference Interruption interruption) {
        training = new Training(train::getService);
        this.recipes = recipes;
        this.interruption = interruption;
    }

    @Override
    public Integer call() throws Exception {
        var sweep = Sweep.read(file);
        var folder = runs.resolve(sweep.name());
        boolean isWhole = true;
        for (var trial : sweep.trials()) {
            if (isDry) {
                isWhole &= isRight(trial, sweep);
                continue;
            }
            System.err.println("trial " + trial.name());
            isWhole &= training.run(trial.arguments(sweep, folder.toString())) == DONE; // if not, others may
            comparison(sweep, folder).write(folder);
            if (interruption.requested()) {
                return INTERRUPTED;
            }
        }
        var comparison = comparison(sweep, folder);
        if (!isDry) {
            comparison.write(folder);
        }
        System.out.print(asJson ? json(comparison) : comparison.table());
        return isWhole ? DONE : FAILED;
    }

    private boolean isRight(Trial trial, Sweep sweep) {
        try {
            recipes.read(sweep.recipe(), trial.overrides(sweep));
            return true;
        } catch (BorealisException e) {
            System.err.println("trial " + trial.name() + ": " + e.getMessage());
            return false;
        }
    }

    private Comparison comparison(Sweep sweep, Path folder) {
        return new Comparison(
                sweep.name(),
                sweep.trials().stream()
                        .map(trial -> new Comparison.Row(
                                trial.name(), trial.settings(), Curve.read(folder.resolve(trial.name()))))
                        .toList());
    }

    private static String json(Comparison comparison) throws JsonProcessingException {
        return new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(comparison.values())
                + System.lineSeparator();
    }
}
