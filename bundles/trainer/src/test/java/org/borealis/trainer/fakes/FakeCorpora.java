package org.borealis.trainer.fakes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.borealis.data.Corpora;
import org.borealis.data.TokenCorpus;
import org.borealis.data.Tokenizer;

/** One corpus, wherever it is looked for; absent until it is prepared if that is asked for. */
public final class FakeCorpora implements Corpora {
    /** What {@link #open} gives. */
    public TokenCorpus corpus = ArrayCorpus.counting(20, 300, 60, 40);
    /** Whether there is one yet. */
    public boolean isThere = true;
    /** Prefixes that were prepared. */
    public final List<Path> prepared = new ArrayList<>();

    @Override
    public boolean exists(Path prefix) {
        return isThere;
    }

    @Override
    public TokenCorpus open(Path prefix) {
        return corpus;
    }

    @Override
    public Prepared prepare(List<Path> texts, Tokenizer tokenizer, Path prefix, Consumer<Progress> progress) {
        progress.accept(new Progress(1, 2, 1, 10));
        prepared.add(prefix);
        isThere = true;
        return new Prepared(3, 400, 1000);
    }
}
