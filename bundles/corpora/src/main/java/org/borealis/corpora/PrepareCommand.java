package org.borealis.corpora;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.borealis.command.Command;
import org.borealis.data.Corpora;
import org.borealis.data.Corpora.Prepared;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;

/** {@code borealis prepare}: text becomes a token corpus. */
@Component(scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=prepare")
@CommandLine.Command(
        name = "prepare",
        description = {
            "Turns text into a token corpus that runs read: PREFIX.bin and PREFIX.idx, as Megatron has them.",
            "Killed or stopped, the same command goes on where it was."
        },
        footer = {
            "",
            "Examples:",
            "  borealis prepare corpora/austen.txt --output corpora/austen",
            "  borealis prepare web-*.jsonl.gz --output corpora/web \\",
            "      --tokenizer huggingface --set tokenizer.path=tokenizer.json",
            "  borealis prepare corpora/austen.txt --output corpora/austen \\",
            "      --train-tokenizer corpora/austen.json --vocabulary 4096"
        })
public final class PrepareCommand implements Command {
    private static final String PREFIX = "tokenizer.";
    private static final String TRAINED = "huggingface";
    private static final String UNTRAINED = "bytes";

    @CommandLine.Parameters(
            arity = "1..*",
            paramLabel = "TEXT",
            description = "Files of text: .txt, .jsonl (with a field 'text'), also gzipped.")
    List<Path> texts = new ArrayList<>();

    @CommandLine.Option(
            names = "--output",
            required = true,
            paramLabel = "PREFIX",
            description = "The corpus; its files are PREFIX.bin and PREFIX.idx.")
    Path output = Path.of("");

    @CommandLine.Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How text becomes tokens: the name of an installed tokenizer."
                    + " Default: huggingface with --train-tokenizer, else bytes.")
    Optional<String> tokenizer = Optional.empty();

    @CommandLine.Option(
            names = "--set",
            paramLabel = "tokenizer.KEY=VALUE",
            description = "A setting of the tokenizer, such as tokenizer.path=tokenizer.json.")
    Map<String, String> settings = new LinkedHashMap<>();

    @CommandLine.Option(
            names = "--train-tokenizer",
            paramLabel = "FILE",
            description = "Learn a vocabulary from the texts, write it to FILE, and use it.")
    Optional<Path> trained = Optional.empty();

    @CommandLine.Option(
            names = "--vocabulary",
            paramLabel = "N",
            description = "Number of ids to learn with --train-tokenizer (default: ${DEFAULT-VALUE}).")
    int vocabulary = 8192;

    @CommandLine.Option(names = "--force", description = "Replace a corpus, and a vocabulary, that is there already.")
    boolean isForced;

    @CommandLine.Option(names = "--json", description = "Print the result as JSON.")
    boolean isJson;

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    private final Corpora corpora;
    private final VocabularyTraining training;
    private final Plugins plugins;

    @Activate
    public PrepareCommand(
            @Reference Corpora corpora, @Reference VocabularyTraining training, @Reference Plugins plugins) {
        this.corpora = corpora;
        this.training = training;
        this.plugins = plugins;
    }

    @Override
    public Integer call() {
        var section = section();
        if (corpora.exists(output) && !isForced) {
            throw new BorealisException(
                    "corpus-exists",
                    "the corpus " + output + " is there already. Replace it with --force, or choose another --output.");
        }
        trained.ifPresent(file -> {
            System.err.println("learning " + vocabulary + " ids from the texts …");
            training.train(section.name(), texts, vocabulary, file, isForced);
        });
        long start = System.nanoTime();
        try (var choice = plugins.open(Contract.TOKENIZER, section, Duration.ZERO);
                var progress = new ProgressLine(System.err, ProgressLine.isTerminal())) {
            var prepared = corpora.prepare(texts, choice.service(), output, progress);
            progress.close();
            report(prepared, (System.nanoTime() - start) / 1e9);
        }
        return DONE;
    }

    private Section section() {
        var chosen = new LinkedHashMap<String, Object>();
        settings.forEach((key, value) -> {
            if (!key.startsWith(PREFIX)) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(),
                        "--set " + key + ": only settings of the tokenizer can be set here, such as tokenizer.path");
            }
            chosen.put(key.substring(PREFIX.length()), typed(value));
        });
        trained.ifPresent(file -> chosen.put("path", file.toString()));
        return new Section(tokenizer.orElse(trained.isPresent() ? TRAINED : UNTRAINED), chosen);
    }

    /** As YAML would understand it; what the setting really is, the tokenizer knows. */
    private static Object typed(String value) {
        if (value.equals("true") || value.equals("false")) {
            return Boolean.valueOf(value);
        }
        return value.matches("-?(0|[1-9][0-9]{0,17})") ? (Object) Long.valueOf(value) : value;
    }

    private void report(Prepared prepared, double seconds) {
        String format = isJson
                ? "{\"documents\":%1$d,\"tokens\":%2$d,\"textBytes\":%3$d,\"seconds\":%4$.3f}%n"
                : output.toString().replace("%", "%%") + ": %1$,d documents, %2$,d tokens from "
                        + Sizes.bytes(prepared.textBytes()) + " of text in %4$.1f s%n";
        System.out.printf(Locale.ROOT, format, prepared.documents(), prepared.tokens(), prepared.textBytes(), seconds);
    }
}
