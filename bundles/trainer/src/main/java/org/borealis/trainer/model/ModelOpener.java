package org.borealis.trainer.model;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.checkpoint.CheckpointFormat;
import org.borealis.checkpoint.Checkpoints.Checkpoint;
import org.borealis.data.Tokenizer;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.engine.Engine;

/**
 * Opens what {@code --checkpoint} names: the folder of a native checkpoint, of several, or of a run; or {@code FORMAT:PATH}.
 *
 * @param formats with their service properties
 */
public record ModelOpener(Engine engine, List<Map.Entry<Map<String, Object>, CheckpointFormat>> formats) {
    /** Attachment of a native checkpoint: the recipe, complete. */
    public static final String RECIPE = "recipe.resolved.yaml";
    /** Attachments of a native checkpoint: the tokenizer's files, each with the setting that names it. */
    public static final String TOKENIZER_FILE = "tokenizer.";
    /** Parameters of a native checkpoint. */
    private static final String PARAMETER = "parameter/";

    /** Opens. */
    public OpenedModel open(String checkpoint) {
        int colon = checkpoint.indexOf(':');
        return colon < 0 || Files.exists(Path.of(checkpoint))
                ? openNative(Path.of(checkpoint))
                : openForeign(checkpoint.substring(0, colon), checkpoint.substring(colon + 1));
    }

    /** The recipe that a native checkpoint was written with. */
    public static Recipe recipe(Engine engine, Checkpoint checkpoint) {
        var text = checkpoint
                .attachment(RECIPE)
                .orElseThrow(() -> new BorealisException(
                        "checkpoint-recipe",
                        checkpoint.path() + " holds no " + RECIPE + ": it was not written by a training run"));
        return engine.recipes()
                .parse(
                        new String(text, StandardCharsets.UTF_8),
                        checkpoint.path().resolve(RECIPE).toString(),
                        List.of());
    }

    private OpenedModel openNative(Path path) {
        var checkpoint = engine.checkpoints().open(path);
        try {
            var recipe = recipe(engine, checkpoint);
            var family = engine.plugins().open(Contract.MODEL, recipe.section(Contract.MODEL), Duration.ZERO);
            return new OpenedModel(
                    checkpoint.path().toString(),
                    PARAMETER,
                    checkpoint,
                    family,
                    Optional.of(tokenizer(checkpoint, recipe.section(Contract.TOKENIZER))),
                    Optional.of(recipe.section(Contract.BACKEND)));
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    /** The checkpoint's own copy of the tokenizer: the file that the recipe named may have changed, or be on another machine. */
    private Choice<Tokenizer> tokenizer(Checkpoint checkpoint, Section section) {
        try (var files = new TemporaryFiles()) {
            var own = section;
            for (var key : section.settings().keySet()) {
                var content = checkpoint.attachment(TOKENIZER_FILE + key);
                if (content.isPresent()) {
                    own = own.with(key, files.write(key, content.get()).toString());
                }
            }
            return engine.plugins().open(Contract.TOKENIZER, own, Duration.ZERO);
        }
    }

    private OpenedModel openForeign(String format, String path) {
        var model = format(format).open(Path.of(path));
        try {
            var family =
                    engine.plugins().open(Contract.MODEL, new Section(model.family(), model.settings()), Duration.ZERO);
            return new OpenedModel(
                    format + ":" + path,
                    "",
                    model.tensors(),
                    family,
                    foreignTokenizer(model.tokenizer()),
                    Optional.empty());
        } catch (RuntimeException e) {
            model.tensors().close();
            throw e;
        }
    }

    private Optional<Choice<Tokenizer>> foreignTokenizer(Map<String, Object> named) {
        var nameKey = Contract.TOKENIZER.nameKey();
        if (!(named.get(nameKey) instanceof String name)
                || !engine.plugins().names(Contract.TOKENIZER).contains(name)) {
            return Optional.empty();
        }
        var settings = new java.util.LinkedHashMap<>(named);
        settings.remove(nameKey);
        return Optional.of(engine.plugins().open(Contract.TOKENIZER, new Section(name, settings), Duration.ZERO));
    }

    private CheckpointFormat format(String name) {
        return formats.stream()
                .filter(entry -> name.equals(entry.getKey().get(CheckpointFormat.NAME)))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new BorealisException(
                        "checkpoint-format",
                        "--checkpoint: there is no folder and no installed format of the name '" + name
                                + "'; installed are "
                                + formats.stream()
                                        .map(entry -> entry.getKey().get(CheckpointFormat.NAME))
                                        .toList()));
    }
}
