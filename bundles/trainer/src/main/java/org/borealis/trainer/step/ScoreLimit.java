package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.model.AttentionHeads;
import org.borealis.model.AttentionHeads.Rows;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.GreatestScores;
import org.borealis.tensor.composite.QkClip;
import org.borealis.train.Optimizer;
import org.borealis.trainer.ranks.Ranks;

/**
 * A limit that an optimizer has for attention scores: forward programs give the greatest score of each head, those of all attentions
 * behind each other, and updates shrink the rows of parameters that make queries and keys.
 */
record ScoreLimit(QkClip clip, List<AttentionHeads> attentions) {

    /** @throws BorealisException if there is one, and the model does not say what makes its queries and keys */
    static Optional<ScoreLimit> of(ModelFamily family, Optimizer optimizer) {
        var attentions = family.attentions();
        if (optimizer.qkClip().isPresent() && attentions.isEmpty()) {
            throw new BorealisException(
                    "qk-clip",
                    "the optimizer limits attention scores (qkClip) by shrinking what makes queries and keys, and this model does"
                            + " not say which of its parameters do; set optimizer.qkClip.threshold to 0, or take another model");
        }
        return optimizer.qkClip().map(clip -> new ScoreLimit(clip, attentions));
    }

    /** Of the greatest scores, [sum of heads]. */
    TensorType type(DataType wide) {
        return TensorType.of(
                wide, attentions.stream().mapToInt(AttentionHeads::heads).sum());
    }

    /** A forward program that gives the greatest scores, too. Each is computed beside its attention, so that no queries wait for it. */
    Program in(Program forward) {
        var builder = new Program.Builder(forward.name());
        var tensors = new ArrayList<Tensor>();
        forward.inputs().forEach(i -> tensors.add(builder.input(i.name(), i.type())));
        var greatest = new ArrayList<Tensor>();
        for (var node : forward.nodes()) {
            var inputs = node.inputs().stream().map(tensors::get).toList();
            tensors.addAll(builder.apply(node.op(), inputs));
            if (node.op() instanceof Attention(var scale)) {
                var op = new GreatestScores(scale, true);
                greatest.add(inputs.get(0).apply(op, inputs.get(1)).get(0));
                if (greatest.size() == attentions.size()) {
                    builder.output(StepTrace.SCORES, joined(greatest));
                }
            }
        }
        if (greatest.size() != attentions.size()) {
            throw new BorealisException(
                    "qk-clip",
                    "the model says what makes queries and keys of " + attentions.size()
                            + " attentions, and its loss has " + greatest.size());
        }
        forward.outputs().forEach(o -> builder.output(o.name(), tensors.get(o.value())));
        return builder.build();
    }

    private static Tensor joined(List<Tensor> parts) {
        return parts.size() == 1
                ? parts.getFirst()
                : parts.getFirst().concatenate(0, parts.stream().skip(1).toArray(Tensor[]::new));
    }

    /**
     * What a parameter's rows are multiplied with, [R, 1, ..]; empty if it has no part in queries and keys.
     *
     * @param scores the greatest
     */
    Optional<Tensor> factors(Parameter parameter, Tensor scores) {
        var shares = new ArrayList<Share>();
        int first = 0;
        for (var attention : attentions) {
            var queries = rows(attention.queries(), parameter);
            var keys = rows(attention.keys(), parameter);
            if (!queries.isEmpty() || !keys.isEmpty()) {
                var own = scores.slice(0, first, attention.heads());
                var factors = byKey(own, attention.keyHeads()).apply(clip);
                queries.forEach(rows -> shares.add(new Share(rows, factors.get(0))));
                keys.forEach(rows -> shares.add(new Share(rows, factors.get(1))));
            }
            first += attention.heads();
        }
        return shares.isEmpty() ? Optional.empty() : Optional.of(byRow(parameter, scores, shares));
    }

    /** The greatest of the heads that share a key, which shrink together with it; [H] to [K]. */
    private static Tensor byKey(Tensor greatest, int keyHeads) {
        return greatest.reshape(keyHeads, greatest.dim(0) / keyHeads).max(1).reshape(keyHeads);
    }

    private static List<Rows> rows(List<Rows> all, Parameter parameter) {
        return all.stream().filter(rows -> rows.parameter().equals(parameter)).toList();
    }

    /** A factor for each head of keys, and the rows that get it. */
    private record Share(Rows rows, Tensor factors) {
        Tensor byRow() {
            int heads = factors.dim(0);
            return factors.reshape(heads, 1)
                    .stretch(Shape.of(heads, rows.count() / heads))
                    .reshape(rows.count());
        }
    }

    private static Tensor byRow(Parameter parameter, Tensor scores, List<Share> shares) {
        shares.sort(Comparator.comparingInt(share -> share.rows().first()));
        var parts = new ArrayList<Tensor>();
        int next = 0;
        for (var share : shares) {
            var rows = share.rows();
            if (rows.first() < next) {
                throw new BorealisException(
                        "qk-clip",
                        "row " + rows.first() + " of " + parameter.name()
                                + " makes queries or keys twice, and scores can't be limited by either");
            }
            parts.addAll(ones(scores, rows.first() - next));
            parts.add(share.byRow());
            next = rows.first() + rows.count();
        }
        int all = parameter.shape().dim(0);
        parts.addAll(ones(scores, all - next));
        var sizes = new int[parameter.shape().rank()];
        Arrays.fill(sizes, 1);
        sizes[0] = all;
        return joined(parts).reshape(sizes);
    }

    private static List<Tensor> ones(Tensor like, int count) {
        return count == 0
                ? List.of()
                : List.of(like.constant(TensorType.of(like.type().type(), count), 1));
    }

    /** Makes of the greatest scores of this rank's batches those of all ranks'; gives the greatest of all. */
    static double join(Device device, Slot scores, Ranks ranks) {
        var type = scores.type().type();
        try (var arena = Arena.ofConfined()) {
            var bytes = Slots.read(device, scores, arena);
            var greatest = new double[Math.toIntExact(scores.type().shape().elements())];
            HostMemory.read(bytes, type, 0, greatest);
            if (ranks.batches() > 1) {
                for (var other : ranks.perBatch(greatest.clone())) {
                    Arrays.setAll(greatest, i -> Math.max(greatest[i], other[i]));
                }
                HostMemory.write(bytes, type, greatest);
                device.write(scores, bytes);
            }
            return Arrays.stream(greatest).max().orElseThrow();
        }
    }
}
