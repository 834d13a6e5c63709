package org.borealis.corpora;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Documents to learn a vocabulary from: of every text the same share, from its beginning, so that all together stay below a limit. */
final class VocabularySample implements Iterator<String>, AutoCloseable {
    /** Beyond this, more text hardly changes a vocabulary, and its words fill the memory. */
    static final long CHARACTERS = 256L << 20;

    private final Iterator<Text> texts;
    private final double share;
    private DocumentStream stream = new DocumentStream(List.of());
    private long left;
    private Optional<String> next;

    VocabularySample(List<Text> texts, long characters) {
        this.texts = texts.iterator();
        share = Math.min(
                1.0, (double) characters / texts.stream().mapToLong(Text::size).sum());
        next = read();
    }

    private Optional<String> read() {
        while (true) {
            var document = left > 0 ? stream.next() : Optional.<String>empty();
            if (document.isPresent()) {
                left -= document.get().length();
                return document;
            }
            stream.close();
            if (!texts.hasNext()) {
                return Optional.empty();
            }
            var text = texts.next();
            stream = new DocumentStream(List.of(text));
            left = share == 1.0 ? Long.MAX_VALUE : (long) (share * text.size());
        }
    }

    @Override
    public boolean hasNext() {
        return next.isPresent();
    }

    @Override
    public String next() {
        String document = next.orElseThrow(NoSuchElementException::new);
        next = read();
        return document;
    }

    @Override
    public void close() {
        stream.close();
    }
}
