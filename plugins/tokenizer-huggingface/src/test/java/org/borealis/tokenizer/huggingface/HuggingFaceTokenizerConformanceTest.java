package org.borealis.tokenizer.huggingface;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.borealis.data.Tokenizer;
import org.borealis.testkit.TokenizerConformance;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.util.converter.Converters;

final class HuggingFaceTokenizerConformanceTest extends TokenizerConformance {
    @TempDir
    Path folder;

    @Override
    protected Tokenizer tokenizer() {
        var learned = new BytePairTrainer()
                .train(
                        List.of("The quick brown fox, the lazy dog, and the two of them.")
                                .iterator(),
                        280);
        try {
            Files.write(folder.resolve("tokenizer.json"), learned);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var settings = Map.of("path", folder.toString());
        return new HuggingFaceTokenizer(
                Converters.standardConverter().convert(settings).to(HuggingFaceTokenizer.Config.class));
    }
}
