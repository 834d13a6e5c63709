package org.borealis.model.gpt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.ModelFamilyConformance;
import org.borealis.testkit.Settings;
import org.junit.jupiter.api.Test;

final class GptTest extends ModelFamilyConformance {
    private static Gpt gpt(Map<String, ?> settings) {
        return new Gpt(Settings.of(GptSettings.class, settings));
    }

    @Override
    protected ModelFamily model() {
        return gpt(
                Map.of("layers", 2, "hidden", 24, "heads", 3, "sequence", 11, "vocabulary", 37, "scaleByLayer", true));
    }

    @Test
    void withoutBiasThereAreOnlyWeights() {
        var parameters =
                gpt(Map.of("vocabulary", 10, "bias", false, "tied", false)).parameters();
        assertTrue(parameters.stream().allMatch(p -> p.name().endsWith(".weight")));
        assertEquals("output.weight", parameters.getLast().name());
    }

    @Test
    void costIsSixPerWeightAndTheCausalHalfOfAttention() {
        var model = gpt(Map.of("layers", 1, "hidden", 4, "heads", 2, "sequence", 10, "vocabulary", 5));
        double weights = 12 * 4 * 4 + 5 * 4;
        assertEquals(6 * weights + 6 * 4 * 10, model.trainingFlopsPerToken());
    }

    @Test
    void settingsThatContradictEachOtherAreNamed() {
        assertRefused(Map.of("hidden", 100, "heads", 8), "heads has to divide hidden");
        assertRefused(Map.of("activation", "relu"), "got 'relu'");
        assertRefused(Map.of("sequence", 0), "sequence has to be at least 1");
    }

    private static void assertRefused(Map<String, ?> settings, String words) {
        var refused = assertThrows(BorealisException.class, () -> gpt(settings));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    @Test
    void moreTokensThanPositionsAreRefused() {
        var trace = new Program.Builder("hidden");
        var tokens = trace.input("tokens", TensorType.of(DataType.INT32, 1, 12));
        var refused =
                assertThrows(BorealisException.class, () -> model().hidden(p -> tokens, tokens, Context.causal()));
        assertTrue(refused.getMessage().contains("12 tokens"), refused.getMessage());
    }

    @Test
    void anUnknownVocabularyIsAskedForOnlyWhenItMatters() {
        assertThrows(BorealisException.class, () -> gpt(Map.of()).parameters());
    }
}
