package org.borealis.corpora;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.borealis.data.DocumentSource;
import org.borealis.data.Tokenizer;

/** A source whose documents are lines, a tokenizer whose tokens are characters, and disks that fail. */
final class Fakes {
    private Fakes() {}

    static Sources sources() {
        return new Sources(Map.of("lines", new LineSource()));
    }

    private static final class LineSource implements DocumentSource {
        @Override
        public boolean reads(Path file) {
            return file.toString().endsWith(".lines");
        }

        @Override
        public Documents open(Path file, long start) throws IOException {
            var lines = Files.readAllLines(file)
                    .subList((int) start, Files.readAllLines(file).size())
                    .iterator();
            long[] next = {start};
            return new Documents() {
                @Override
                public Optional<Document> next() {
                    next[0]++;
                    return lines.hasNext() ? Optional.of(new Document(lines.next(), next[0])) : Optional.empty();
                }

                @Override
                public void close() {}
            };
        }
    }

    /** Ids are chars; the last id ends a text, if there is an end. */
    record CharTokenizer(int vocabularySize, boolean hasEnd, AtomicInteger calls) implements Tokenizer {
        CharTokenizer(int vocabularySize, boolean hasEnd) {
            this(vocabularySize, hasEnd, new AtomicInteger());
        }

        @Override
        public int[] encode(String text) {
            calls.incrementAndGet();
            return text.chars().map(c -> c > 0xFF ? 0 : c).toArray();
        }

        @Override
        public String decode(int[] ids) {
            return new String(ids, 0, ids.length);
        }

        @Override
        public OptionalInt endOfText() {
            return hasEnd ? OptionalInt.of(vocabularySize - 1) : OptionalInt.empty();
        }
    }

    /** A disk that is really full: Linux has one for such purposes. */
    static FileChannel fullDisk() throws IOException {
        return FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
    }

    /** Works until so many files have been created; then the disk is full. */
    static Disk diskWithRoomFor(int files) {
        var created = new AtomicInteger();
        return new Disk(file -> {
            var real = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            if (created.incrementAndGet() <= files) {
                return real;
            }
            real.close();
            return fullDisk();
        });
    }

    /** Ends the preparation as a kill would, at the creation of a file, which is left behind torn. */
    static Disk diskThatKillsAfter(int files) {
        var created = new AtomicInteger();
        return new Disk(file -> {
            if (created.incrementAndGet() <= files) {
                return FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
            }
            Files.write(file, List.of("torn"));
            throw new Killed();
        });
    }

    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }
}
