package org.borealis.trainer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.data.Tokenizer;
import org.borealis.data.TokenizerTrainer;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.data.Documents;
import org.borealis.trainer.progress.StepLine;
import org.borealis.trainer.run.RunFolder;

/** Learns the tokenizer's file from the text if the recipe asks for it and the file is not there yet. */
record Vocabulary(RunContext context) {
    private static final String PATH = "path";
    private static final int MULTIPLE = 64; // matrix products are fastest on such sizes

    /** The tokenizer's file, if it has a setting for one. */
    static Optional<Path> file(Section tokenizer, RecipePaths paths) {
        return tokenizer.settings().get(PATH) instanceof String written && !written.isEmpty()
                ? Optional.of(paths.path("tokenizer.path", written))
                : Optional.empty();
    }

    /** The tokenizer's section with a path that can be opened. */
    static Section opened(Section tokenizer, RecipePaths paths) {
        return file(tokenizer, paths)
                .map(file -> tokenizer.with(PATH, file.toString()))
                .orElse(tokenizer);
    }

    /** The vocabulary of a model for so many tokens. */
    static int ofModel(int tokens) {
        return Math.ceilDiv(tokens, MULTIPLE) * MULTIPLE;
    }

    /** As {@link #opened}; the file is there. */
    Section prepare(Section tokenizer) {
        file(tokenizer, context.paths())
                .filter(file -> context.settings().data_learnVocabulary() > 0 && !Files.exists(file))
                .ifPresent(file -> learn(tokenizer.name(), file));
        return opened(tokenizer, context.paths());
    }

    private void learn(String tokenizer, Path file) {
        int size = context.settings().data_learnVocabulary();
        var trainer = trainer(tokenizer);
        var texts = Texts.of(context);
        long start = System.nanoTime();
        context.display().live("learning a vocabulary of " + size + " from " + texts);
        try (var documents = new Documents(context.extensions().sources(), texts)) {
            RunFolder.write(file, trainer.train(documents, size));
        }
        context.display().settle();
        context.display()
                .line(String.format(
                        java.util.Locale.ROOT,
                        "learned a vocabulary of %s tokens in %.1f s: %s",
                        StepLine.count(size),
                        (System.nanoTime() - start) / 1e9,
                        file));
    }

    private TokenizerTrainer trainer(String tokenizer) {
        List<Map.Entry<Map<String, Object>, TokenizerTrainer>> trainers =
                context.extensions().tokenizerTrainers();
        return trainers.stream()
                .filter(entry -> tokenizer.equals(entry.getKey().get(Tokenizer.NAME)))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(
                        () -> new BorealisException(
                                "vocabulary-learner",
                                "data.learnVocabulary: no installed plug-in learns a vocabulary for tokenizer '"
                                        + tokenizer
                                        + "'; those that do: "
                                        + trainers.stream()
                                                .map(entry -> entry.getKey().get(Tokenizer.NAME))
                                                .toList()
                                        + ". Set data.learnVocabulary=0 and give tokenizer.path a file, or choose one of them"));
    }
}
