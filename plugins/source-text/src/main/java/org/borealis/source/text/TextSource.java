package org.borealis.source.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.borealis.data.DocumentSource;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Component;

/** Plain text: a file is one document, unless lines that hold nothing but a form feed divide it into several. */
@Component(property = DocumentSource.NAME + "=text")
public final class TextSource implements DocumentSource {

    @Override
    public boolean reads(Path file) {
        return Lines.isNamed(file, ".txt");
    }

    @Override
    public long size(Path file) throws IOException {
        return Lines.size(file);
    }

    @Override
    public Documents open(Path file, long start) throws IOException {
        return new Chapters(file, Lines.open(file, start));
    }

    private record Chapters(Path file, Lines lines) implements Documents {
        @Override
        public Optional<Document> next() throws IOException {
            long start = lines.position();
            var text = new ByteArrayOutputStream();
            for (var line = lines.next(); line.isPresent(); line = lines.next()) {
                if (!divides(line.get())) {
                    append(text, line.get(), start);
                } else if (text.size() > 0) {
                    return Optional.of(document(withoutLineEnd(text.toByteArray()), start));
                }
            }
            return text.size() == 0 ? Optional.empty() : Optional.of(document(text.toByteArray(), start));
        }

        private static boolean divides(byte[] line) {
            return line[0] == '\f' && withoutLineEnd(line).length == 1;
        }

        private void append(ByteArrayOutputStream text, byte[] line, long start) {
            if ((long) text.size() + line.length > Lines.LONGEST) {
                throw new BorealisException(
                        "text-too-long",
                        file + ": the document at byte " + start + " is longer than " + Lines.LONGEST
                                + " bytes. Put a line with a form feed between documents, or use .jsonl.");
            }
            text.writeBytes(line);
        }

        private Document document(byte[] bytes, long start) {
            String text = lines.decode(bytes, bytes.length, file + ", document at byte " + start);
            return new Document(start == 0 && text.startsWith("\uFEFF") ? text.substring(1) : text, lines.position());
        }

        private static byte[] withoutLineEnd(byte[] line) {
            int length = line.length;
            if (length > 0 && line[length - 1] == '\n') {
                length--;
            }
            if (length > 0 && length < line.length && line[length - 1] == '\r') {
                length--;
            }
            return Arrays.copyOf(line, length);
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
