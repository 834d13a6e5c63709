package org.borealis.trainer.evaluate;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.borealis.data.TokenCorpus;
import org.borealis.trainer.data.TokenWindows;
import org.borealis.trainer.step.TokenBatch;

/**
 * Every document of a corpus in windows of up to {@code sequence} + 1 tokens, each beginning with the last token of the one before:
 * every token but a document's first is predicted once.
 */
final class DocumentWindows implements Iterator<DocumentWindows.Window> {
    /** Part of one document. */
    record Window(long start, int length) {}

    private final TokenCorpus corpus;
    private final int sequence;
    private int document;
    private long next;

    DocumentWindows(TokenCorpus corpus, int sequence) {
        this.corpus = corpus;
        this.sequence = sequence;
        skipFinished();
    }

    private void skipFinished() {
        while (document < corpus.documents() && next + 1 >= corpus.start(document + 1)) {
            document++;
            next = corpus.start(document);
        }
    }

    @Override
    public boolean hasNext() {
        return document < corpus.documents();
    }

    @Override
    public Window next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        int predicted = (int) Math.min(sequence, corpus.start(document + 1) - next - 1);
        var window = new Window(next, predicted + 1);
        next += predicted;
        skipFinished();
        return window;
    }

    /** Fills a batch with the next windows; rows that are left over predict nothing. */
    void fill(TokenBatch batch, int vocabulary) {
        batch.clear();
        for (int row = 0; row < batch.rows() && hasNext(); row++) {
            var window = next();
            var tokens = new int[window.length()];
            corpus.read(window.start(), tokens, 0, tokens.length);
            TokenWindows.check(tokens, tokens.length, window.start(), vocabulary);
            batch.set(row, tokens, tokens.length);
        }
    }

    /** Greatest number of tokens in a document. */
    static long longest(TokenCorpus corpus) {
        long longest = 0;
        for (int i = 0; i < corpus.documents(); i++) {
            longest = Math.max(longest, corpus.start(i + 1) - corpus.start(i));
        }
        return longest;
    }
}
