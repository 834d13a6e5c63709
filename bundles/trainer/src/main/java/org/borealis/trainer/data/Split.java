package org.borealis.trainer.data;

import org.borealis.data.TokenCorpus;

/** A corpus in two: its last part is held out from training, to evaluate with. */
public record Split(TokenWindows training, TokenWindows heldOut) {

    /**
     * Splits where a document begins, if one begins near enough to {@code share} of the end; else within a document.
     *
     * @param share of the tokens to hold out
     * @param evaluated whether anything is going to be evaluated
     */
    public static Split of(
            TokenCorpus corpus, double share, boolean evaluated, int sequence, int vocabulary, String name) {
        long cut = share == 0 ? corpus.tokens() : cut(corpus, share);
        var split = new Split(
                new TokenWindows(corpus, 0, cut, sequence, vocabulary),
                new TokenWindows(corpus, cut, corpus.tokens(), sequence, vocabulary));
        split.training.requireWindow(
                name,
                "to train on",
                "take more text, a smaller model.sequence" + (share > 0 ? " or a smaller data.heldOut" : ""));
        if (evaluated) {
            split.heldOut.requireWindow(
                    name, "held out for evaluation", "raise data.heldOut, or set evaluate.every=0 to do without");
        }
        return split;
    }

    private static long cut(TokenCorpus corpus, double share) {
        long wanted = Math.round(corpus.tokens() * (1 - share));
        long cut = corpus.start(nearestDocument(corpus, wanted));
        double held = (double) (corpus.tokens() - cut) / Math.max(1, corpus.tokens());
        return held >= share / 2 && held <= share * 2 ? cut : wanted;
    }

    /** The document whose start is nearest to a token. */
    private static int nearestDocument(TokenCorpus corpus, long token) {
        int low = 0;
        int high = corpus.documents();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (corpus.start(middle) < token) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        boolean earlier = low > 0 && token - corpus.start(low - 1) < corpus.start(low) - token;
        return earlier ? low - 1 : low;
    }
}
