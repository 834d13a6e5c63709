package org.borealis.trainer;

import java.nio.file.Path;
import org.borealis.data.Corpora;
import org.borealis.data.TokenCorpus;
import org.borealis.data.Tokenizer;
import org.borealis.trainer.progress.StepLine;

/** The token corpus of a run, prepared from text if it is not there yet. */
record RunCorpus(RunContext context) {

    Path prefix() {
        var written = context.settings().data_corpus();
        return written.isEmpty() ? context.folder().corpus() : context.paths().path("data.corpus", written);
    }

    TokenCorpus open(Tokenizer tokenizer) {
        var corpora = context.engine().corpora();
        var hasText = context.settings().data_text().length > 0;
        if (!corpora.exists(prefix())
                && (hasText || context.settings().data_corpus().isEmpty())) {
            prepare(corpora, tokenizer);
        }
        return corpora.open(prefix());
    }

    private void prepare(Corpora corpora, Tokenizer tokenizer) {
        long start = System.nanoTime();
        var prepared = corpora.prepare(
                Texts.of(context),
                tokenizer,
                prefix(),
                progress -> context.display()
                        .live(String.format(
                                java.util.Locale.ROOT,
                                "preparing the corpus: %.0f %%, %s tokens",
                                100.0 * progress.bytes() / Math.max(1, progress.totalBytes()),
                                StepLine.count(progress.tokens()))));
        context.display().settle();
        context.display()
                .line(String.format(
                        java.util.Locale.ROOT,
                        "prepared %s tokens from %s of text in %.1f s: %s",
                        StepLine.count(prepared.tokens()),
                        StepLine.bytes(prepared.textBytes()),
                        (System.nanoTime() - start) / 1e9,
                        prefix()));
    }
}
