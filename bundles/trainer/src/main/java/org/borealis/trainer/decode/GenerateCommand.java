package org.borealis.trainer.decode;

import java.util.List;
import java.util.Map;
import org.borealis.checkpoint.CheckpointFormat;
import org.borealis.command.Command;
import org.borealis.data.Tokenizer;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.model.BackendChoice;
import org.borealis.trainer.model.ModelOpener;
import org.borealis.trainer.model.OpenedModel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code borealis generate}. */
@Component(scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=generate")
@CommandLine.Command(
        name = "generate",
        description = "Continues a text with a trained model.",
        footer = {
            "",
            "Examples:",
            "  borealis generate --checkpoint runs/quickstart --prompt 'It was a fine morning'",
            "  borealis generate --checkpoint huggingface:models/llama --prompt 'Once' --temperature 0"
        })
public final class GenerateCommand implements Command {
    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "DIR|FORMAT:DIR",
            description = "A checkpoint, a run folder (its newest is taken), or a foreign one such as huggingface:DIR.")
    String checkpoint = "";

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "What to continue.")
    String prompt = "";

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "Greatest number of tokens to write. Default: ${DEFAULT-VALUE}")
    int tokens = 200;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Randomness; 0 takes the likeliest token each time. Default: ${DEFAULT-VALUE}")
    double temperature = 0.8;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Choose among the K likeliest tokens only; 0 means all. Default: ${DEFAULT-VALUE}")
    int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description =
                    "Choose among the likeliest tokens whose probabilities sum up to P. Default: ${DEFAULT-VALUE}")
    double topP = 1;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed gives the same text. Default: ${DEFAULT-VALUE}")
    long seed = 1234;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "What to compute with. Default: the one that the model was trained with.")
    String backend = "";

    private final Engine engine;
    private final List<Map.Entry<Map<String, Object>, CheckpointFormat>> formats;

    @Activate
    public GenerateCommand(
            @Reference Engine engine,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE, service = CheckpointFormat.class)
                    List<Map.Entry<Map<String, Object>, CheckpointFormat>> formats) {
        this.engine = engine;
        this.formats = formats;
    }

    @Override
    public Integer call() {
        var sampler = new Sampler(temperature, topK, topP, seed);
        try (var model = new ModelOpener(engine, formats).open(checkpoint);
                var chosen = BackendChoice.open(engine.plugins(), backend, model.backend());
                var device = chosen.service().open();
                var parameters = model.load(device)) {
            var ids = ids(model.tokenizer());
            int capacity = Math.min(model.family().sequence(), ids.length + tokens);
            try (var decoder = new Decoder(
                    engine.compiler(),
                    device,
                    model.family(),
                    model.computeType(),
                    parameters.byName(),
                    ids.length,
                    capacity)) {
                System.out.print(prompt);
                var end = new Generation(decoder, model.tokenizer(), sampler).run(ids, tokens, GenerateCommand::show);
                System.out.println();
                explain(end, model);
            }
        }
        return DONE;
    }

    /** An empty prompt begins where a document begins. */
    private int[] ids(Tokenizer tokenizer) {
        var ids = tokenizer.encode(prompt);
        return ids.length == 0 && tokenizer.endOfText().isPresent()
                ? new int[] {tokenizer.endOfText().getAsInt()}
                : ids;
    }

    private static void show(String text) {
        System.out.print(text);
        System.out.flush();
    }

    private static void explain(Generation.End end, OpenedModel model) {
        if (end == Generation.End.FULL) {
            System.err.println(
                    "ended: the model's sequence of " + model.family().sequence() + " tokens is full");
        }
    }
}
