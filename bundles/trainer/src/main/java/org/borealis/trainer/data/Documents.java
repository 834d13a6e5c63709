package org.borealis.trainer.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.borealis.data.DocumentSource;
import org.borealis.tensor.BorealisException;

/** The documents of several files, one after the other. */
public final class Documents implements Iterator<String>, AutoCloseable {
    private final List<DocumentSource> sources;
    private final Iterator<Path> files;
    private Optional<DocumentSource.Documents> open = Optional.empty();
    private Optional<String> upcoming = Optional.empty();

    public Documents(List<DocumentSource> sources, List<Path> files) {
        this.sources = List.copyOf(sources);
        this.files = files.iterator();
    }

    @Override
    public boolean hasNext() {
        try {
            while (upcoming.isEmpty() && (open.isPresent() || files.hasNext())) {
                advance();
            }
            return upcoming.isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void advance() throws IOException {
        if (open.isEmpty()) {
            var file = files.next();
            open = Optional.of(source(file).open(file, 0));
        }
        upcoming = open.get().next().map(DocumentSource.Document::text);
        if (upcoming.isEmpty()) {
            closeFile();
        }
    }

    private DocumentSource source(Path file) {
        return sources.stream()
                .filter(source -> source.reads(file))
                .findFirst()
                .orElseThrow(() -> new BorealisException(
                        "text-format",
                        "no installed plug-in reads files such as " + file + "; .txt and .jsonl(.gz) are usual"));
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        var text = upcoming.orElseThrow();
        upcoming = Optional.empty();
        return text;
    }

    private void closeFile() throws IOException {
        if (open.isPresent()) {
            open.get().close();
            open = Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            closeFile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
