package org.borealis.experiments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.borealis.command.Command;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code borealis report}. */
@Component(scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=report")
@CommandLine.Command(
        name = "report",
        description = {
            "Says how a run went, and what batch size it could use, by the noise of its gradients (McCandlish et al. 2018).",
            "The same with a plot is in report.html in the run's folder then. A run that still goes on may be asked, too."
        },
        footer = {"", "Example:", "  borealis report quickstart"})
public final class ReportCommand implements Command {
    @CommandLine.Parameters(paramLabel = "RUN", description = "Name of a run.")
    String run = "";

    @Option(names = "--runs", paramLabel = "DIR", description = "Folder of runs. Default: ${DEFAULT-VALUE}")
    Path runs = Path.of("runs");

    @Option(names = "--json", description = "Print it as JSON.")
    boolean asJson;

    @Override
    public Integer call() throws JsonProcessingException {
        var folder = runs.resolve(run);
        if (!Files.isRegularFile(RunEvents.file(folder))) {
            throw new BorealisException(
                    "report",
                    "there is no run '" + run + "' in " + runs.toAbsolutePath().normalize() + ": "
                            + RunEvents.file(folder)
                            + " is missing. Give the name of a run, and --runs DIR if it is elsewhere");
        }
        var report = RunReport.of(folder);
        Pages.write(folder.resolve("report.html"), report.html());
        System.out.print(
                asJson
                        ? new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report.values())
                                + System.lineSeparator()
                        : report.text());
        return DONE;
    }
}
