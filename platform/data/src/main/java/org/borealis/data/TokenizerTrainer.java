package org.borealis.data;

import java.util.Iterator;
import org.osgi.annotation.versioning.ConsumerType;

/** Learns a vocabulary from text; registered as a service with the property {@code tokenizer.name} of the tokenizer that reads it. */
@ConsumerType
public interface TokenizerTrainer {

    /**
     * Learns from documents.
     *
     * @param vocabularySize wanted number of ids, special tokens included
     * @return content of the file that the tokenizer's {@code path} setting then names, such as a tokenizer.json
     */
    byte[] train(Iterator<String> documents, int vocabularySize);
}
