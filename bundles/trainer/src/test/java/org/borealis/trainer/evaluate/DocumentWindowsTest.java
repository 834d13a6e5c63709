package org.borealis.trainer.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.borealis.trainer.evaluate.DocumentWindows.Window;
import org.borealis.trainer.fakes.ArrayCorpus;
import org.borealis.trainer.step.TokenBatch;
import org.junit.jupiter.api.Test;

class DocumentWindowsTest {

    @Test
    void everyTokenButADocumentsFirstIsPredictedOnce() {
        var windows = new DocumentWindows(ArrayCorpus.counting(99, 1, 9, 0, 2, 5, 1), 4);
        var all = new ArrayList<Window>();
        windows.forEachRemaining(all::add);
        assertEquals(List.of(new Window(1, 5), new Window(5, 5), new Window(10, 2), new Window(12, 5)), all);
    }

    @Test
    void batchesAreFilledUpWithRowsThatPredictNothing() {
        var windows = new DocumentWindows(ArrayCorpus.counting(99, 9, 3), 4);
        var batch = new TokenBatch(2, 4);
        windows.fill(batch, 99);
        assertEquals(8, batch.predicted());
        windows.fill(batch, 99);
        assertEquals(2, batch.predicted());
        assertEquals(false, windows.hasNext());
    }
}
