package org.borealis.corpora;

import java.util.List;
import java.util.function.Consumer;
import org.borealis.corpora.DocumentStream.Position;
import org.borealis.data.Corpora.Progress;

/** Adds up how far a preparation is. */
final class Meter {
    private final List<Text> texts;
    private final long total;
    private final Consumer<Progress> progress;
    private long bytes;
    private long documents;
    private long tokens;

    Meter(List<Text> texts, Consumer<Progress> progress) {
        this.texts = texts;
        this.total = texts.stream().mapToLong(Text::size).sum();
        this.progress = progress;
    }

    /** To be called from one thread at a time. */
    void add(Part part) {
        bytes += before(part.end()) - before(part.start());
        documents += part.documents();
        tokens += part.tokens();
        progress.accept(new Progress(bytes, total, documents, tokens));
    }

    private long before(Position position) {
        long sum = 0;
        for (int i = 0; i < position.file(); i++) {
            sum += texts.get(i).size();
        }
        return position.file() == texts.size()
                ? sum
                : sum + Math.min(position.offset(), texts.get(position.file()).size());
    }
}
