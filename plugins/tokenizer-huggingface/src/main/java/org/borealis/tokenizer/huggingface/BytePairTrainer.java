package org.borealis.tokenizer.huggingface;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.borealis.data.Tokenizer;
import org.borealis.data.TokenizerTrainer;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Component;

/** Learns byte-level BPE as GPT-2 has it, and writes it as a tokenizer.json. The same documents give the same bytes. */
@Component(property = Tokenizer.NAME + "=huggingface")
public final class BytePairTrainer implements TokenizerTrainer {
    private static final String END_OF_TEXT = "<|endoftext|>";
    private static final int BYTES = 256;
    private static final int LARGEST = 1 << 24;

    @Override
    public byte[] train(Iterator<String> documents, int vocabularySize) {
        if (vocabularySize <= BYTES || vocabularySize > LARGEST) {
            throw new BorealisException(
                    "tokenizer-vocabulary",
                    "a vocabulary of " + vocabularySize + " can't be trained: wanted are " + (BYTES + 1)
                            + " (the bytes and " + END_OF_TEXT + ") to " + LARGEST
                            + " ids; 4096 suits a few megabytes of text.");
        }
        var merges = Merges.learn(WordCounts.of(documents), vocabularySize - BYTES - 1);
        try {
            return write(names(merges), merges);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory has no input or output errors
        }
    }

    /** Text of every symbol, in which characters stand for bytes; the bytes come first. */
    private static List<String> names(List<Merges.Merge> merges) {
        var names = new ArrayList<String>();
        for (int b = 0; b < BYTES; b++) {
            names.add(String.valueOf(ByteCharacters.of(b)));
        }
        for (var merge : merges) {
            names.add(names.get(merge.left()) + names.get(merge.right()));
        }
        return names;
    }

    private static byte[] write(List<String> names, List<Merges.Merge> merges) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var json = new JsonFactory().createGenerator(bytes).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("version", "1.0");
            json.writeNullField("truncation");
            json.writeNullField("padding");
            writeEndOfText(json, names.size());
            json.writeNullField("normalizer");
            writeByteLevel(json, "pre_tokenizer");
            json.writeNullField("post_processor");
            writeByteLevel(json, "decoder");
            writeModel(json, names, merges);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void writeEndOfText(JsonGenerator json, int id) throws IOException {
        json.writeArrayFieldStart("added_tokens");
        json.writeStartObject();
        json.writeNumberField("id", id);
        json.writeStringField("content", END_OF_TEXT);
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            json.writeBooleanField(flag, false);
        }
        json.writeBooleanField("special", true);
        json.writeEndObject();
        json.writeEndArray();
    }

    private static void writeByteLevel(JsonGenerator json, String field) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("type", "ByteLevel");
        json.writeBooleanField("add_prefix_space", false);
        json.writeBooleanField("trim_offsets", true);
        json.writeBooleanField("use_regex", true);
        json.writeEndObject();
    }

    private static void writeModel(JsonGenerator json, List<String> names, List<Merges.Merge> merges)
            throws IOException {
        json.writeObjectFieldStart("model");
        json.writeStringField("type", "BPE");
        for (String none : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            json.writeNullField(none);
        }
        json.writeBooleanField("fuse_unk", false);
        json.writeBooleanField("byte_fallback", false);
        json.writeObjectFieldStart("vocab");
        for (int i = 0; i < names.size(); i++) {
            json.writeNumberField(names.get(i), i);
        }
        json.writeNumberField(END_OF_TEXT, names.size());
        json.writeEndObject();
        json.writeArrayFieldStart("merges");
        for (var merge : merges) {
            json.writeString(names.get(merge.left()) + " " + names.get(merge.right()));
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
