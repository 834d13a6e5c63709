package org.borealis.trainer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    /** The tokenizer's section with a path that can be opened. */
    Section prepare(Section tokenizer) {
        if (!(tokenizer.settings().get(PATH) instanceof String written) || written.isEmpty()) {
            return tokenizer;
        }
        var expanded = context.expanded("tokenizer.path", written);
        var file = Path.of(expanded);
        if (context.settings().data_learnVocabulary() > 0 && !Files.exists(file)) {
            learn(tokenizer.name(), file);
        }
        return tokenizer.with(PATH, expanded);
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
