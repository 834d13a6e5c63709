package org.borealis.trainer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.borealis.tensor.BorealisException;

/** The text files that a recipe names. */
final class Texts {
    private Texts() {}

    static List<Path> of(RunContext context) {
        var texts = Stream.of(context.settings().data_text())
                .map(written -> context.paths().path("data.text", written))
                .toList();
        if (texts.isEmpty()) {
            throw new BorealisException(
                    "data-missing",
                    "the recipe names nothing to train on that is there: set data.corpus to a prepared corpus, or data.text to"
                            + " text files");
        }
        for (var text : texts) {
            if (!Files.isReadable(text)) {
                throw new BorealisException(
                        "text-missing", "data.text: " + text.toAbsolutePath() + " is not there or can't be read");
            }
        }
        return texts;
    }
}
