package org.borealis.trainer.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.borealis.tensor.BorealisException;
import org.borealis.trainer.fakes.ArrayCorpus;
import org.borealis.trainer.step.TokenBatch;
import org.junit.jupiter.api.Test;

class SplitTest {

    @Test
    void cutsWhereTheNearestDocumentBegins() {
        var split = Split.of(ArrayCorpus.counting(50, 40, 45, 15), 0.2, true, 4, 50, "c");
        assertEquals(85, split.training().to());
        assertEquals(85, split.heldOut().from());
        assertEquals(100, split.heldOut().to());
    }

    @Test
    void cutsWithinADocumentIfNoneBeginsNearEnough() {
        var split = Split.of(ArrayCorpus.counting(50, 10, 90), 0.2, true, 4, 50, "c");
        assertEquals(80, split.training().to());
    }

    @Test
    void windowsPredictEveryTokenButTheFirstOnce() {
        var windows = new TokenWindows(ArrayCorpus.counting(100, 14), 1, 14, 4, 100);
        assertEquals(3, windows.windows());
        var last = new int[5];
        windows.corpus().read(windows.from() + 2 * 4, last, 0, 5);
        assertEquals(13, last[4]);
        var batch = new TokenBatch(2, 4);
        windows.read(2, batch, 1);
        assertEquals(4, batch.predicted());
    }

    @Test
    void aCorpusThatIsTooSmallIsRefusedWithWhatIsNeeded() {
        var refused = assertThrows(
                BorealisException.class, () -> Split.of(ArrayCorpus.counting(9, 20), 0.1, true, 32, 9, "corpora/mini"));
        assertTrue(refused.getMessage().contains("corpora/mini has 20 tokens"), refused.getMessage());
        assertTrue(refused.getMessage().contains("at least 33 are needed"), refused.getMessage());
    }

    @Test
    void nothingHeldOutIsAnErrorOnlyIfItIsEvaluated() {
        var corpus = ArrayCorpus.counting(9, 100);
        assertEquals(0, Split.of(corpus, 0, false, 8, 9, "c").heldOut().windows());
        assertThrows(BorealisException.class, () -> Split.of(corpus, 0, true, 8, 9, "c"));
    }

    @Test
    void anIdOutsideTheVocabularyIsRefused() {
        var windows = new TokenWindows(ArrayCorpus.counting(50, 100), 0, 100, 10, 40);
        var refused = assertThrows(BorealisException.class, () -> windows.read(4, new TokenBatch(1, 10), 0));
        assertEquals("token-outside", refused.code());
    }

    @Test
    void heldOutLossWeighsBatchesByTheirTokens() {
        var windows = new TokenWindows(ArrayCorpus.counting(50, 31), 0, 31, 10, 50);
        double[] losses = {1, 4};
        int[] call = {0};
        double loss = new HeldOutLoss(windows, 8).of(new TokenBatch(2, 10), batch -> losses[call[0]++]);
        assertEquals((1 * 20 + 4 * 10) / 30.0, loss, 1e-12);
    }
}
