package org.borealis.trainer.evaluate;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.checkpoint.CheckpointFormat;
import org.borealis.command.Command;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.model.BackendChoice;
import org.borealis.trainer.model.ModelOpener;
import org.borealis.trainer.progress.Display;
import org.borealis.trainer.run.Json;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code borealis evaluate}. */
@Component(scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=evaluate")
@CommandLine.Command(
        name = "evaluate",
        description = {
            "Measures how well a model predicts the documents of a token corpus.",
            "Documents are cut into windows of the model's sequence that overlap by one token,"
                    + " so every token but the first of a document is predicted once."
        },
        footer = {"", "Example:", "  borealis evaluate --checkpoint runs/quickstart --corpus corpora/test --json"})
public final class EvaluateCommand implements Command {
    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "DIR|FORMAT:DIR",
            description = "A checkpoint, a run folder (its newest is taken), or a foreign one such as huggingface:DIR.")
    String checkpoint = "";

    @Option(
            names = "--corpus",
            required = true,
            paramLabel = "PREFIX",
            description = "Token corpus: PREFIX.bin and PREFIX.idx, made with the model's tokenizer.")
    Path corpus = Path.of("");

    @Option(
            names = "--sequence",
            paramLabel = "N",
            description = "Tokens in a window, up to the model's sequence, which is the default.")
    int sequence;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "What to compute with. Default: the one that the model was trained with.")
    String backend = "";

    @Option(names = "--json", description = "Print one JSON object.")
    boolean isJson;

    private final Engine engine;
    private final List<Map.Entry<Map<String, Object>, CheckpointFormat>> formats;

    @Activate
    public EvaluateCommand(
            @Reference Engine engine,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE, service = CheckpointFormat.class)
                    List<Map.Entry<Map<String, Object>, CheckpointFormat>> formats) {
        this.engine = engine;
        this.formats = formats;
    }

    @Override
    public Integer call() {
        try (var tokens = engine.corpora().open(corpus);
                var model = new ModelOpener(engine, formats).open(checkpoint);
                var chosen = BackendChoice.open(engine.plugins(), backend, model.backend());
                var device = chosen.service().open()) {
            boolean isTerminal = Display.isTerminal();
            var result = Evaluation.of(engine.compiler(), device, model, tokens, sequence, done -> {
                if (isTerminal) {
                    System.err.printf(Locale.ROOT, "\r%d %%", 100 * done / tokens.tokens());
                }
            });
            if (isTerminal) {
                System.err.print("\r      \r");
            }
            print(result);
        }
        return DONE;
    }

    private void print(Evaluation result) {
        if (isJson) {
            var values = new LinkedHashMap<String, Object>();
            values.put("loss", result.loss());
            values.put("perplexity", result.perplexity());
            values.put("tokens", result.tokens());
            values.put("documents", result.documents());
            System.out.println(Json.of(values));
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "loss %.4f nats a token, perplexity %.3f, over %d predicted tokens of %d documents%n",
                    result.loss(),
                    result.perplexity(),
                    result.tokens(),
                    result.documents());
        }
    }
}
