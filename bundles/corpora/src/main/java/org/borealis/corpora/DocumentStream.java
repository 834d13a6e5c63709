package org.borealis.corpora;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.borealis.data.DocumentSource.Document;
import org.borealis.data.DocumentSource.Documents;
import org.borealis.tensor.BorealisException;
import org.jspecify.annotations.Nullable;

/** The documents of several files behind each other. */
final class DocumentStream implements AutoCloseable {
    /** Before a document: a file, and the source's position in it. */
    record Position(int file, long offset) {
        static final Position START = new Position(0, 0);
    }

    /** Documents that belong together: where they begin and end, and their texts. */
    record Batch(Position start, Position end, List<String> texts) {}

    private final List<Text> texts;
    private Position position = Position.START;
    private @Nullable Documents open;

    DocumentStream(List<Text> texts) {
        this.texts = texts;
    }

    Position position() {
        return position;
    }

    boolean isAtEnd() {
        return position.file == texts.size();
    }

    void moveTo(Position target) {
        closeFile();
        position = target;
    }

    /** The next document that is not empty. */
    Optional<String> next() {
        while (!isAtEnd()) {
            var document = read();
            if (document.isEmpty()) {
                moveTo(new Position(position.file + 1, 0));
            } else {
                position = new Position(position.file, document.get().next());
                if (!document.get().text().isBlank()) {
                    return Optional.of(document.get().text());
                }
            }
        }
        return Optional.empty();
    }

    /** Documents until they hold at least so many characters, or all that are left. */
    Batch batch(long characters) {
        var start = position;
        var batch = new ArrayList<String>();
        long sum = 0;
        while (sum < characters) {
            var text = next();
            if (text.isEmpty()) {
                break;
            }
            batch.add(text.get());
            sum += text.get().length();
        }
        return new Batch(start, position, batch);
    }

    private Optional<Document> read() {
        var text = texts.get(position.file);
        try {
            if (open == null) {
                open = text.source().open(text.file(), position.offset);
            }
            return open.next();
        } catch (IOException e) {
            throw new BorealisException("text-unreadable", text.file() + " can't be read: " + e.getMessage(), e);
        }
    }

    private void closeFile() {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // It was only read, and what was read is right.
        }
        open = null;
    }

    @Override
    public void close() {
        closeFile();
    }
}
