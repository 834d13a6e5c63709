package org.borealis.model.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Shape;
import org.borealis.testkit.ModelFamilyConformance;
import org.borealis.testkit.Settings;
import org.junit.jupiter.api.Test;

final class LlamaTest extends ModelFamilyConformance {
    private static Llama llama(Map<String, ?> settings) {
        return new Llama(Settings.of(LlamaSettings.class, settings));
    }

    @Override
    protected ModelFamily model() {
        return llama(Map.of(
                "layers",
                2,
                "hidden",
                24,
                "heads",
                4,
                "keyValueHeads",
                2,
                "sequence",
                11,
                "vocabulary",
                37,
                "bias.queryKeyValue",
                true,
                "rotary.scaling",
                "llama3",
                "rotary.factor",
                4));
    }

    @Test
    void sizesThatAreLeftOutAreDerived() {
        var model = llama(Map.of("layers", 1, "hidden", 256, "heads", 8, "vocabulary", 10));
        var shapes = model.parameters();
        assertEquals(
                Shape.of(704, 256),
                shapes.stream()
                        .filter(p -> p.name().endsWith("gate.weight"))
                        .findFirst()
                        .orElseThrow()
                        .shape());
        assertEquals(8, model.cache().keyHeads());
        assertEquals(32, model.cache().headSize());
    }

    @Test
    void aTiedModelHasNoOutputOfItsOwn() {
        var tied = llama(Map.of("vocabulary", 10, "tied", true)).parameters();
        var untied = llama(Map.of("vocabulary", 10)).parameters();
        assertEquals(untied.subList(0, untied.size() - 1), tied);
    }

    @Test
    void costIsSixPerWeightAndTheCausalHalfOfAttention() {
        var model =
                llama(Map.of("layers", 1, "hidden", 4, "heads", 2, "feedForward", 3, "sequence", 10, "vocabulary", 5));
        double weights = 4 * 4 * 4 + 3 * 4 * 3 + 5 * 4;
        assertEquals(6 * weights + 6 * 4 * 10, model.trainingFlopsPerToken());
    }

    @Test
    void settingsThatContradictEachOtherAreNamed() {
        assertRefused(Map.of("hidden", 100, "heads", 8), "heads has to divide hidden");
        assertRefused(Map.of("heads", 8, "keyValueHeads", 3), "keyValueHeads has to divide heads");
        assertRefused(Map.of("hidden", 24, "heads", 8), "headSize has to be even");
        assertRefused(Map.of("rotary.scaling", "spiral"), "got 'spiral'");
        assertRefused(Map.of("layers", 0), "layers has to be at least 1");
    }

    private static void assertRefused(Map<String, ?> settings, String words) {
        var refused = assertThrows(BorealisException.class, () -> llama(settings));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    @Test
    void anUnknownVocabularyIsAskedForOnlyWhenItMatters() {
        var model = llama(Map.of());
        assertEquals(0, model.vocabulary());
        assertTrue(assertThrows(BorealisException.class, model::parameters)
                .getMessage()
                .contains("tokenizer"));
    }
}
