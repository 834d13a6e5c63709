package org.borealis.source.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.borealis.data.DocumentSource;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Component;

/** JSON lines: each line is an object whose field {@code text} is a document; other fields are passed over. */
@Component(property = DocumentSource.NAME + "=jsonl")
public final class JsonLinesSource implements DocumentSource {
    private static final String FIELD = "text";

    private final JsonFactory json = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Lines.LONGEST)
                    .build())
            .build();

    @Override
    public boolean reads(Path file) {
        return Lines.isNamed(file, ".jsonl");
    }

    @Override
    public long size(Path file) throws IOException {
        return Lines.size(file);
    }

    @Override
    public Documents open(Path file, long start) throws IOException {
        return new Objects(json, Lines.open(file, start));
    }

    private record Objects(JsonFactory json, Lines lines) implements Documents {
        @Override
        public Optional<Document> next() throws IOException {
            for (var line = lines.next(); line.isPresent(); line = lines.next()) {
                if (!isBlank(line.get())) {
                    return Optional.of(new Document(text(line.get()), lines.position()));
                }
            }
            return Optional.empty();
        }

        private String text(byte[] line) throws IOException {
            try (var parser = json.createParser(line)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw unfit("holds no JSON object");
                }
                String text = field(parser);
                if (parser.nextToken() != null) {
                    throw unfit("holds something behind the JSON object");
                }
                return text;
            } catch (JsonProcessingException e) {
                var at = e.getLocation();
                throw new BorealisException(
                        "text-json",
                        lines.place() + (at == null ? "" : ", column " + at.getColumnNr()) + ": "
                                + e.getOriginalMessage() + ". Every line must be a JSON object.",
                        e);
            }
        }

        /** Reads to the end of the object, so that a line that is cut off is noticed. */
        private String field(JsonParser parser) throws IOException {
            Optional<String> text = Optional.empty();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                var value = parser.nextToken();
                if (!FIELD.equals(name)) {
                    parser.skipChildren();
                } else if (value == JsonToken.VALUE_STRING) {
                    text = Optional.of(parser.getText());
                } else {
                    throw unfit("has a field '" + FIELD + "' that is no string but " + value);
                }
            }
            return text.orElseThrow(() -> unfit("has no field '" + FIELD + "'"));
        }

        private BorealisException unfit(String what) {
            return new BorealisException(
                    "text-json",
                    lines.place() + " " + what + "; wanted is an object such as {\"" + FIELD + "\": \"Once upon\"}.");
        }

        private static boolean isBlank(byte[] line) {
            for (byte b : line) {
                if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
