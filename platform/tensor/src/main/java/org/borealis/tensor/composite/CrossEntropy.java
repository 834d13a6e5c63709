package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Mean negative log-likelihood, in nats a token, over the rows whose target is not {@link #IGNORED}; 0 if all are ignored.
 *
 * <p>Inputs logits [N, V] and INT32 targets [N]; outputs the loss (scalar) and the log-sum-exp of each row [N], both in the
 * accumulator type.
 */
@ProviderType
public record CrossEntropy() implements Composite {
    /** Target of a position that does not count. */
    public static final int IGNORED = -100; // torch.nn.CrossEntropyLoss

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        var logits = in.get(0).as(in.get(0).type().type().accumulator());
        int rows = logits.dim(0);
        var highest = logits.max(-1);
        var logSumExp = highest.plus(logits.minus(highest).exp().sum(-1).log()); // [N, 1]
        var chosen =
                isTarget(logits, in.get(1)).select(logits, logits.scalar(0)).sum(-1); // [N, 1]
        var counts = counts(logits, in.get(1)); // [N, 1]
        var loss = logSumExp.minus(chosen).times(counts).sum().dividedBy(total(counts));
        return List.of(loss, logSumExp.reshape(rows));
    }

    /** [N, V], true at the target of each row. */
    private static Tensor isTarget(Tensor logits, Tensor targets) {
        var columns = logits.iota(1, TensorType.of(DataType.INT32, 1, logits.dim(1)));
        return columns.equalTo(targets.reshape(targets.dim(0), 1));
    }

    /** [N, 1], 1 where the row counts and 0 where it is ignored. */
    private static Tensor counts(Tensor logits, Tensor targets) {
        return targets.equalTo(targets.scalar(IGNORED))
                .not()
                .as(logits.type().type())
                .reshape(targets.dim(0), 1);
    }

    private static Tensor total(Tensor counts) {
        return counts.sum().maximum(counts.scalar(1));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        if (gradients.get(0).isEmpty() || gradients.get(1).isPresent()) {
            return List.of();
        }
        return gradients.get(0).get().apply(new Gradient(), in.get(0), in.get(1), out.get(1));
    }

    /** Gradient of {@link CrossEntropy}. Inputs dloss (scalar), logits [N, V], targets [N], log-sum-exp [N]; output dlogits [N, V]. */
    @ProviderType
    public record Gradient() implements Composite {
        @Override
        public boolean inPlace(int input, int output) {
            return input == 1;
        }

        @Override
        public List<Tensor> decompose(List<Tensor> in) {
            var logits = in.get(1).as(in.get(0).type().type());
            var counts = counts(logits, in.get(2));
            var probabilities =
                    logits.minus(in.get(3).reshape(logits.dim(0), 1)).exp();
            var hot = isTarget(logits, in.get(2)).as(logits.type().type());
            var scale = counts.times(in.get(0).dividedBy(total(counts)));
            return List.of(
                    probabilities.minus(hot).times(scale).as(in.get(1).type().type()));
        }
    }
}
