package org.borealis.checkpoint.safetensors;

import static org.borealis.checkpoint.safetensors.Header.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.checkpoint.safetensors.Header.Entry;

/** Reads the JSON of a header; accepts what the format describes and nothing else. */
final class HeaderReader {
    /** The reference implementation's limit. */
    static final long MAX_BYTES = 100_000_000;

    /** PyTorch's limit on dims; no program here comes near it. */
    private static final int MAX_DIMS = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Names come once, so a symbol table gains nothing; and one that others can fill is one they can attack.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNameLength(65_536)
                    .maxStringLength((int) MAX_BYTES)
                    .build())
            .build();

    private final JsonParser parser;

    private HeaderReader(JsonParser parser) {
        this.parser = parser;
    }

    static Header read(byte[] header) throws IOException {
        if (header.length == 0 || header[0] != '{') {
            throw new FormatException("the header does not begin with '{'");
        }
        var utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        try (var parser = JSON.createParser(new InputStreamReader(new ByteArrayInputStream(header), utf8))) {
            return new HeaderReader(parser).header();
        }
    }

    private Header header() throws IOException {
        Map<String, String> metadata = Map.of();
        var tensors = new LinkedHashMap<String, Entry>();
        expect(JsonToken.START_OBJECT, "header");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (name.equals("__metadata__")) {
                metadata = metadata();
            } else {
                tensors.put(name, entry(name));
            }
        }
        if (parser.nextToken() != null) {
            throw new FormatException("the header goes on after its end");
        }
        return new Header(metadata, tensors);
    }

    private Map<String, String> metadata() throws IOException {
        var metadata = new LinkedHashMap<String, String>();
        expect(JsonToken.START_OBJECT, "__metadata__");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            expect(JsonToken.VALUE_STRING, "metadata " + quote(key));
            metadata.put(key, parser.getText());
        }
        return metadata;
    }

    private Entry entry(String name) throws IOException {
        String dtype = "";
        List<Long> shape = null;
        List<Long> offsets = null;
        expect(JsonToken.START_OBJECT, "tensor " + quote(name));
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            switch (key) {
                case "dtype" -> {
                    expect(JsonToken.VALUE_STRING, "dtype of " + quote(name));
                    dtype = parser.getText();
                }
                case "shape" -> shape = numbers("shape of " + quote(name), MAX_DIMS);
                case "data_offsets" -> offsets = numbers("data_offsets of " + quote(name), 2);
                default -> skip();
            }
        }
        if (dtype.isEmpty() || shape == null || offsets == null || offsets.size() != 2) {
            throw new FormatException("tensor " + quote(name) + " needs dtype, shape and two data_offsets");
        }
        return new Entry(dtype, List.copyOf(shape), offsets.get(0), offsets.get(1));
    }

    /** As the reference implementation does with keys it does not know. */
    private void skip() throws IOException {
        parser.nextToken();
        parser.skipChildren();
    }

    private List<Long> numbers(String what, int limit) throws IOException {
        var numbers = new ArrayList<Long>();
        expect(JsonToken.START_ARRAY, what);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getLongValue() < 0) {
                throw new FormatException("the " + what + " must hold whole numbers from 0 up");
            }
            if (numbers.size() == limit) {
                throw new FormatException("the " + what + " holds more than " + limit + " numbers");
            }
            numbers.add(parser.getLongValue());
        }
        return numbers;
    }

    private void expect(JsonToken wanted, String what) throws IOException {
        var token = parser.nextToken();
        if (token != wanted) {
            throw new FormatException("the " + what + " must be " + wanted + ", got " + token);
        }
    }
}
