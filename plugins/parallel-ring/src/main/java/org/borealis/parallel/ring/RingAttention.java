package org.borealis.parallel.ring;

import java.util.List;
import org.borealis.tensor.Collective.Index;
import org.borealis.tensor.Collective.Shift;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.FullAttention;
import org.borealis.tensor.composite.GreatestScores;

/**
 * Causal attention over positions that ranks share. In turn s a rank has the keys and values of the rank s before it: all of them are
 * seen if there is such a rank, none if the ring has wrapped around. Results of the turns are joined by their log-sum-exp
 * (Dao et al. 2022).
 */
record RingAttention(double scale, int ranks) {
    private static final double UNSEEN = -1e30; // exp(UNSEEN - anything seen) is 0
    private static final String AXIS = "ring";

    /** Inputs q, k, v [B, T, H, D]; outputs y and the log-sum-exp [B, H, T]. */
    List<Tensor> forward(List<Tensor> in) {
        var q = in.get(0);
        var k = in.get(1);
        var v = in.get(2);
        var own = q.apply(new Attention(scale), k, v);
        var sum = new Weighted(own.get(0), own.get(1));
        for (int turn = 1; turn < ranks; turn++) {
            k = shifted(k);
            v = shifted(v);
            var block = q.apply(new FullAttention(scale), k, v);
            var logSumExp = block.get(1);
            var seen = isSeen(turn, logSumExp).select(logSumExp, logSumExp.scalar(UNSEEN));
            sum = sum.plus(new Weighted(block.get(0), seen));
        }
        return List.of(sum.y(), sum.logSumExp());
    }

    /** A mean of values over keys, and the logarithm of its weight. */
    private record Weighted(Tensor y, Tensor logSumExp) {
        Weighted plus(Weighted other) {
            var highest = logSumExp.maximum(other.logSumExp);
            var weight = logSumExp.minus(highest).exp();
            var otherWeight = other.logSumExp.minus(highest).exp();
            var total = weight.plus(otherWeight);
            var type = y.type().type();
            var joined = wide(y).times(byPosition(weight.dividedBy(total)))
                    .plus(wide(other.y).times(byPosition(otherWeight.dividedBy(total))));
            return new Weighted(joined.as(type), highest.plus(total.log()));
        }

        private static Tensor wide(Tensor y) {
            return y.as(y.type().type().accumulator());
        }

        /** [B, H, T] to [B, T, H, 1]. */
        private static Tensor byPosition(Tensor weight) {
            return weight.swap(1, 2).reshape(weight.dim(0), weight.dim(2), weight.dim(1), 1);
        }
    }

    /** Inputs dy, q, k, v, y, log-sum-exp; outputs dq, dk, dv. What is owed to keys and values goes round with them. */
    List<Tensor> backward(List<Tensor> in) {
        var k = in.get(2);
        var v = in.get(3);
        var own = in.get(0).apply(new Attention.Gradient(scale), in.get(1), k, v, in.get(4), in.get(5));
        var dq = own.get(0);
        var dk = own.get(1);
        var dv = own.get(2);
        for (int turn = 1; turn < ranks; turn++) {
            k = shifted(k);
            v = shifted(v);
            var logSumExp = in.get(5);
            var seen = isSeen(turn, logSumExp).select(logSumExp, logSumExp.scalar(-UNSEEN));
            var block = in.get(0).apply(new FullAttention.Gradient(scale), in.get(1), k, v, in.get(4), seen);
            dq = dq.plus(block.get(0));
            dk = shifted(dk).plus(block.get(1));
            dv = shifted(dv).plus(block.get(2));
        }
        return List.of(dq, shifted(dk), shifted(dv));
    }

    /** Inputs q and k; output the greatest score [H] of this rank's queries. */
    Tensor greatest(List<Tensor> in) {
        var q = in.get(0);
        var k = in.get(1);
        var greatest = q.apply(new GreatestScores(scale, true), k).get(0);
        for (int turn = 1; turn < ranks; turn++) {
            k = shifted(k);
            var block = q.apply(new GreatestScores(scale, false), k).get(0);
            greatest = greatest.maximum(isSeen(turn, block).select(block, block.scalar(UNSEEN)));
        }
        return greatest;
    }

    private static Tensor shifted(Tensor x) {
        return x.apply(new Shift(AXIS)).get(0);
    }

    /** Whether there is a rank that stands {@code turn} before this one, for every element of {@code like}. */
    private static Tensor isSeen(int turn, Tensor like) {
        var index = like.trace().apply(new Index(AXIS), List.of()).get(0);
        var isSeen = index.less(index.scalar(turn)).not();
        return isSeen.stretch(like.shape());
    }
}
