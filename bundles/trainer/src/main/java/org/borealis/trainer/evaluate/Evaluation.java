package org.borealis.trainer.evaluate;

import java.util.function.LongConsumer;
import org.borealis.data.TokenCorpus;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.model.OpenedModel;
import org.borealis.trainer.step.LossProgram;
import org.borealis.trainer.step.TokenBatch;

/**
 * How well a model predicts a corpus.
 *
 * @param loss mean, in nats a predicted token
 * @param tokens that were predicted
 */
record Evaluation(double loss, long tokens, int documents) {
    private static final int BATCH_TOKENS = 4096;
    /** Scores of a batch are its largest tensor: 256 MB of float32. */
    private static final long BATCH_SCORES = 1L << 26;

    double perplexity() {
        return Math.exp(loss);
    }

    /**
     * Evaluates.
     *
     * @param sequence tokens in a window; 0 takes as many as the model's sequence and the longest document allow
     * @param progress told the tokens predicted so far
     */
    static Evaluation of(
            Compiler compiler,
            Device device,
            OpenedModel model,
            TokenCorpus corpus,
            int sequence,
            LongConsumer progress) {
        int length = length(model, corpus, sequence);
        int rows = rows(length, model.family().vocabulary());
        try (var parameters = model.load(device);
                var program = new LossProgram(
                        compiler, device, model.family(), model.computeType(), parameters.byName(), rows, length)) {
            var windows = new DocumentWindows(corpus, length);
            var batch = new TokenBatch(rows, length);
            double sum = 0;
            long tokens = 0;
            while (windows.hasNext()) {
                windows.fill(batch, model.family().vocabulary());
                int predicted = batch.predicted();
                sum += program.loss(batch) * predicted;
                tokens += predicted;
                progress.accept(tokens);
            }
            return new Evaluation(sum / tokens, tokens, corpus.documents());
        }
    }

    private static int length(OpenedModel model, TokenCorpus corpus, int sequence) {
        int most = model.family().sequence();
        if (sequence > most) {
            throw new BorealisException(
                    "sequence", "--sequence " + sequence + " is more than the model's sequence of " + most);
        }
        long longest = DocumentWindows.longest(corpus) - 1;
        if (longest < 1) {
            throw new BorealisException(
                    "corpus-small", "no document of the corpus has two tokens, so there is nothing to predict");
        }
        return (int) Math.min(sequence == 0 ? most : sequence, longest);
    }

    private static int rows(int length, int vocabulary) {
        return (int) Math.max(1, Math.min(BATCH_TOKENS / length, BATCH_SCORES / ((long) length * vocabulary)));
    }
}
