package org.borealis.tokenizer.huggingface;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What a tokenizer.json says.
 *
 * @param size one more than the highest id
 * @param specials ids of the special tokens, by their text
 * @param plainText the file, changed so that the text of a special token in a document is read as the plain text it is
 */
record TokenizerFile(int size, Map<String, Integer> specials, String plainText) {
    private static final int MOST_IDS = 1 << 28; // beyond any vocabulary, and safe to count with

    // The names in a vocabulary come from a file: neither kept for ever nor hashed in a way that it could attack.
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .build();

    static TokenizerFile parse(byte[] content) throws IOException {
        if (!(JSON.readTree(content) instanceof ObjectNode root) || !(root.get("model") instanceof ObjectNode model)) {
            throw new IOException("it is no JSON object with a field 'model'");
        }
        var specials = specials(root.path("added_tokens"));
        int size = Math.max(largestId(model.path("vocab")), largestAddedId(root.path("added_tokens"))) + 1;
        disguise(root, model, specials.keySet());
        for (String field : new String[] {"truncation", "padding", "post_processor"}) {
            root.putNull(field); // they only cut texts or add special tokens
        }
        return new TokenizerFile(size, specials, JSON.writeValueAsString(root));
    }

    private static Map<String, Integer> specials(JsonNode addedTokens) throws IOException {
        var specials = new LinkedHashMap<String, Integer>();
        for (var token : addedTokens) {
            if (token.path("special").asBoolean()) {
                specials.put(token.path("content").asText(), id(token.path("id")));
            }
        }
        return specials;
    }

    private static int largestAddedId(JsonNode addedTokens) throws IOException {
        int largest = -1;
        for (var token : addedTokens) {
            largest = Math.max(largest, id(token.path("id")));
        }
        return largest;
    }

    private static int largestId(JsonNode vocabulary) throws IOException {
        int largest = vocabulary.isArray() ? vocabulary.size() - 1 : -1;
        if (vocabulary.isObject()) {
            for (var id : vocabulary) {
                largest = Math.max(largest, id(id));
            }
        }
        if (largest < 0) {
            throw new IOException("its model has no vocabulary");
        }
        return largest;
    }

    private static int id(JsonNode node) throws IOException {
        if (!node.isInt() || node.intValue() < 0 || node.intValue() >= MOST_IDS) {
            throw new IOException("a token has the id " + node + ", wanted is a number from 0 to " + (MOST_IDS - 1));
        }
        return node.intValue();
    }

    /**
     * Gives special tokens texts that no document holds. Taking them out instead would shift the ids of added tokens that are not
     * special.
     */
    private static void disguise(ObjectNode root, ObjectNode model, Set<String> specials) {
        String mask = "\uE000" + UUID.randomUUID() + ":";
        var masked = new HashMap<String, String>();
        var learned = learned(model.path("merges"), specials);
        specials.stream().filter(text -> !learned.contains(text)).forEach(text -> masked.put(text, mask + text));
        for (var token : root.path("added_tokens")) {
            var text = masked.get(token.path("content").asText());
            if (text != null && token instanceof ObjectNode object) {
                object.put("content", text);
            }
        }
        var unknown = masked.get(model.path("unk_token").asText());
        if (unknown != null) {
            model.put("unk_token", unknown);
        }
        rename(model.path("vocab"), masked);
    }

    /** Special tokens that merges build too: rare, and their text must stay. */
    private static Set<String> learned(JsonNode merges, Set<String> specials) {
        var lengths = specials.stream().map(String::length).collect(Collectors.toSet());
        var learned = new HashSet<String>();
        for (var merge : merges) {
            String text = merge.isArray()
                    ? merge.path(0).asText() + merge.path(1).asText()
                    : merge.asText().replaceFirst(" ", "");
            if (lengths.contains(text.length()) && specials.contains(text)) {
                learned.add(text);
            }
        }
        return learned;
    }

    private static void rename(JsonNode vocabulary, Map<String, String> names) {
        if (vocabulary instanceof ObjectNode object) {
            names.forEach((from, to) -> {
                var id = object.remove(from);
                if (id != null) {
                    object.set(to, id);
                }
            });
        }
        for (var entry : vocabulary) { // a Unigram vocabulary: [[text, score], …]
            if (entry instanceof ArrayNode pair && names.get(pair.path(0).asText()) instanceof String to) {
                pair.set(0, JSON.getNodeFactory().textNode(to));
            }
        }
    }
}
