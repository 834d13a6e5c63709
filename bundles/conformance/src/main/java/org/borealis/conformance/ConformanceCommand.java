package org.borealis.conformance;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.borealis.command.Command;
import org.borealis.device.Backend;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.backend.BackendKit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;

/** {@code borealis conformance}: whether an installed backend does what every backend has to do. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=conformance")
@CommandLine.Command(
        name = "conformance",
        description = "Runs the conformance kit against an installed backend.",
        footer = {
            "",
            "Examples:",
            "  borealis conformance --backend torch",
            "  borealis conformance --backend torch --set threads=1 --op MatMul --type bf16",
            "  borealis conformance --backend reference --json",
            "",
            "Each operation is compared with backend 'reference' in float64; WORST and BOUND are in UNIT.",
            "'borealis doctor' shows the last verdict of the whole kit. The exit code is 1 if a case fails."
        })
public final class ConformanceCommand implements Command {
    private static final String ORACLE = "reference";

    private final Plugins plugins;
    private final Function<String, Installed> installed;
    private final VerdictFiles files;

    @CommandLine.Option(names = "--backend", required = true, paramLabel = "NAME", description = "The backend to try.")
    String backend = "";

    @CommandLine.Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One of its settings; 'borealis plugins describe NAME' lists them.")
    List<String> settings = List.of();

    @CommandLine.Option(
            names = "--op",
            split = ",",
            paramLabel = "OP",
            description = "Only these operations, such as MatMul or LayerNorm.")
    List<String> ops = List.of();

    @CommandLine.Option(
            names = "--type",
            split = ",",
            paramLabel = "TYPE",
            description = "Only these element types, such as f32 or bfloat16.")
    List<String> types = List.of();

    @CommandLine.Option(names = "--json", description = "Prints a JSON object.")
    boolean asJson;

    @CommandLine.Option(names = "--verbose", description = "Names each check on standard error before it runs.")
    boolean isVerbose;

    @Activate
    public ConformanceCommand(@Reference Plugins plugins, @Reference InstalledBackends backends) {
        this(plugins, name -> backends.all().getOrDefault(name, new Installed("", "")), VerdictFiles.ofUser());
    }

    ConformanceCommand(Plugins plugins, Function<String, Installed> installed, VerdictFiles files) {
        this.plugins = plugins;
        this.installed = installed;
        this.files = files;
    }

    @Override
    public Integer call() {
        var section = new Section(backend, parsed(settings));
        var selection = new Selection(ops, types);
        try (var subject = open(section);
                var oracle = open(new Section(ORACLE, Map.of()));
                var kit = new BackendKit(subject.service(), oracle.service())) {
            var outcomes = run(kit, selection);
            var report = Report.of(
                    backend,
                    installed.apply(backend),
                    kit.description(),
                    Instant.now(),
                    selection.isEverything(),
                    subject.section().settings(),
                    outcomes);
            System.out.print(asJson ? VerdictFiles.write(report.json()) + System.lineSeparator() : report.text());
            if (selection.isEverything()) {
                files.keep(report.summary());
            }
            return report.summary().failed() == 0 ? DONE : FAILED;
        }
    }

    private Choice<Backend> open(Section section) {
        return plugins.open(Contract.BACKEND, section, Duration.ZERO);
    }

    private List<Outcome> run(BackendKit kit, Selection selection) {
        var checks = selection.of(kit.checks());
        var progress = new Progress(System.err, isVerbose, checks.size());
        var outcomes = new ArrayList<Outcome>();
        for (var check : checks) {
            progress.begin(check);
            outcomes.add(Outcome.of(check));
        }
        progress.end();
        return outcomes;
    }

    /** Values as a recipe would have them: numbers, claims, words. */
    private static Map<String, Object> parsed(List<String> settings) {
        var parsed = new LinkedHashMap<String, Object>();
        for (var setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new BorealisException(
                        "setting", "--set '" + setting + "' is not of the form key=value, such as threads=1");
            }
            parsed.put(
                    setting.substring(0, equals).strip(),
                    value(setting.substring(equals + 1).strip()));
        }
        return parsed;
    }

    private static Object value(String word) {
        if (word.equals("true") || word.equals("false")) {
            return Boolean.valueOf(word);
        }
        if (word.matches("[+-]?\\d{1,18}")) {
            return Long.valueOf(word);
        }
        return word.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?") ? Double.valueOf(word) : word;
    }
}
