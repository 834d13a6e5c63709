package org.borealis.trainer;

import java.nio.file.Files;
import java.time.Duration;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.RunSettings;
import org.borealis.recipe.Section;
import org.borealis.trainer.engine.Engine;

/**
 * The model's vocabulary in a run that is only planned: no text is read, and none is learned.
 *
 * @param model the model's section, with its vocabulary
 * @param source who says how large it is: {@code recipe}, {@code tokenizer}, {@code data.learnVocabulary} or {@code assumed}
 * @param remark the same for people, to be put behind the number
 */
record PlannedVocabulary(Section model, String source, String remark) {
    private static final String VOCABULARY = "vocabulary";
    private static final int ASSUMED = 32_768; // that of Mistral 7B v0.3

    static PlannedVocabulary of(Engine engine, Recipe recipe, RunSettings settings, RecipePaths paths) {
        var model = recipe.section(Contract.MODEL);
        if (model.settings().get(VOCABULARY) instanceof Number given && given.longValue() > 0) {
            return new PlannedVocabulary(model, "recipe", "");
        }
        var tokenizer = recipe.section(Contract.TOKENIZER);
        var missing = Vocabulary.file(tokenizer, paths).filter(file -> !Files.exists(file));
        if (missing.isEmpty()) {
            return known(engine, model, Vocabulary.opened(tokenizer, paths));
        }
        int learned = settings.data_learnVocabulary();
        return learned > 0
                ? new PlannedVocabulary(
                        with(model, learned), "data.learnVocabulary", ", to be learned (data.learnVocabulary)")
                : new PlannedVocabulary(
                        with(model, ASSUMED),
                        "assumed",
                        ", which is assumed: tokenizer.path " + missing.get()
                                + " is not there to tell; set model.vocabulary to plan with another");
    }

    private static PlannedVocabulary known(Engine engine, Section model, Section tokenizer) {
        try (var choice = engine.plugins().open(Contract.TOKENIZER, tokenizer, Duration.ZERO)) {
            return new PlannedVocabulary(
                    with(model, choice.service().vocabularySize()),
                    "tokenizer",
                    ", that of tokenizer '" + tokenizer.name() + "'");
        }
    }

    private static Section with(Section model, int tokens) {
        return model.with(VOCABULARY, Vocabulary.ofModel(tokens));
    }
}
