package org.borealis.model.gpt;

import org.borealis.tensor.BorealisException;

/** Sizes of a model, with what settings leave to be derived. */
record Dimensions(int layers, int hidden, int heads, int feedForward, int sequence, int vocabulary) {

    static Dimensions of(GptSettings settings) {
        int heads = atLeastOne("heads", settings.heads());
        int hidden = atLeastOne("hidden", settings.hidden());
        require(
                hidden % heads == 0,
                "heads has to divide hidden, but " + hidden + " / " + heads + " leaves " + hidden % heads);
        return new Dimensions(
                atLeastOne("layers", settings.layers()),
                hidden,
                heads,
                settings.feedForward() == 0 ? 4 * hidden : atLeastOne("feedForward", settings.feedForward()),
                atLeastOne("sequence", settings.sequence()),
                settings.vocabulary());
    }

    int headSize() {
        return hidden / heads;
    }

    private static int atLeastOne(String key, int value) {
        require(value >= 1, key + " has to be at least 1; got " + value);
        return value;
    }

    static void require(boolean holds, String complaint) {
        if (!holds) {
            throw new BorealisException("model-settings", "model gpt: " + complaint);
        }
    }

    void requireVocabulary() {
        require(
                vocabulary > 0,
                "vocabulary is not known yet; set it, or name a tokenizer, whose size the trainer fills in");
    }
}
