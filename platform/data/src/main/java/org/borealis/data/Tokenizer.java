package org.borealis.data;

import java.util.Map;
import java.util.OptionalInt;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Turns text into token ids and back; registered as a service with the property {@value #NAME}. Safe for use by several threads.
 */
@ConsumerType
public interface Tokenizer {
    /** Service property that names the tokenizer in recipes. */
    String NAME = "tokenizer.name";

    /** Number of ids; ids are 0 to this minus 1. */
    int vocabularySize();

    /** Ids of a text, without any special token added. Lone surrogates count as U+FFFD. */
    int[] encode(String text);

    /** Text of ids; bytes that are no UTF-8 become U+FFFD. Special tokens give nothing. */
    String decode(int[] ids);

    /** The id that ends a document, if the vocabulary has one. */
    OptionalInt endOfText();

    /**
     * Files that make this tokenizer again, by the setting whose value is their path; they are kept with every checkpoint. Empty for a
     * tokenizer that needs none.
     */
    default Map<String, byte[]> files() {
        return Map.of();
    }
}
