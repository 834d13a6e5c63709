package org.borealis.model.llama;

import java.util.Optional;
import org.borealis.tensor.BorealisException;

/** Sizes of a model, with what settings leave to be derived. */
record Dimensions(
        int layers,
        int hidden,
        int heads,
        int keyHeads,
        int headSize,
        int feedForward,
        Optional<Mixture> mixture,
        int sequence,
        int vocabulary) {

    static Dimensions of(LlamaSettings settings) {
        int heads = atLeastOne("heads", settings.heads());
        int hidden = atLeastOne("hidden", settings.hidden());
        int keyHeads = settings.keyValueHeads() == 0 ? heads : atLeastOne("keyValueHeads", settings.keyValueHeads());
        require(
                heads % keyHeads == 0,
                "keyValueHeads has to divide heads, but " + heads + " / " + keyHeads + " leaves " + heads % keyHeads);
        require(
                settings.headSize() > 0 || hidden % heads == 0,
                "heads has to divide hidden, but " + hidden + " / " + heads + " leaves " + hidden % heads
                        + "; change one, or set headSize");
        int headSize = settings.headSize() == 0 ? hidden / heads : atLeastOne("headSize", settings.headSize());
        require(headSize % 2 == 0, "headSize has to be even, because rotary positions turn pairs; got " + headSize);
        return new Dimensions(
                atLeastOne("layers", settings.layers()),
                hidden,
                heads,
                keyHeads,
                headSize,
                settings.feedForward() == 0
                        ? (hidden * 8 / 3 + 63) / 64 * 64
                        : atLeastOne("feedForward", settings.feedForward()),
                Mixture.of(settings),
                atLeastOne("sequence", settings.sequence()),
                settings.vocabulary());
    }

    private static int atLeastOne(String key, int value) {
        require(value >= 1, key + " has to be at least 1; got " + value);
        return value;
    }

    static void require(boolean holds, String complaint) {
        if (!holds) {
            throw new BorealisException("model-settings", "model llama: " + complaint);
        }
    }

    void requireVocabulary() {
        require(
                vocabulary > 0,
                "vocabulary is not known yet; set it, or name a tokenizer, whose size the trainer fills in");
    }
}
