package org.borealis.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import org.borealis.benchmarks.Size;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Llama, with grouped keys and values. */
final class Llama implements Model {
    private static final double EPSILON = 1e-5;
    private static final double THETA = 10_000;

    private record Block(
            Tensor norm1,
            Tensor query,
            Tensor key,
            Tensor value,
            Tensor output,
            Tensor norm2,
            Tensor gate,
            Tensor up,
            Tensor down) {}

    private final Size size;
    private final Parameters parameters = new Parameters();
    private final Tensor embedding;
    private final List<Block> blocks = new ArrayList<>();
    private final Tensor norm;
    private final Tensor output;
    private final Tensor cosine;
    private final Tensor sine;

    Llama(Size size) {
        this.size = size;
        int c = size.hidden();
        int f = size.feedForward();
        int headSize = c / size.heads();
        int keys = size.keyHeads() * headSize;
        embedding = parameters.normal(size.vocabulary(), c);
        for (int i = 0; i < size.layers(); i++) {
            blocks.add(new Block(
                    parameters.fill(1, c),
                    parameters.normal(c, c),
                    parameters.normal(keys, c),
                    parameters.normal(keys, c),
                    parameters.normal(c, c),
                    parameters.fill(1, c),
                    parameters.normal(f, c),
                    parameters.normal(f, c),
                    parameters.normal(c, f)));
        }
        norm = parameters.fill(1, c);
        output = parameters.normal(size.vocabulary(), c);
        var options = new TensorOptions(ScalarType.Float);
        var exponents = torch.arange(new Scalar(0), new Scalar(headSize), new Scalar(2), options)
                .div(new Scalar((double) headSize));
        var frequencies = torch.exp(exponents.mul(new Scalar(-Math.log(THETA))));
        var angles = torch.arange(new Scalar(size.sequence()), options)
                .view(1, size.sequence(), 1, 1)
                .mul(frequencies.view(1, 1, 1, headSize / 2));
        cosine = angles.cos();
        sine = angles.sin();
    }

    @Override
    public TensorVector parameters() {
        return parameters.all();
    }

    @Override
    public Tensor logits(Tensor tokens) {
        var x = torch.embedding(embedding, tokens); // [B, T, C]
        for (var block : blocks) {
            x = x.add(attention(normal(x, block.norm1()), block));
            var h = normal(x, block.norm2());
            var gated = torch.silu(torch.linear(h, block.gate())).mul(torch.linear(h, block.up()));
            x = x.add(torch.linear(gated, block.down()));
        }
        return torch.linear(normal(x, norm), output);
    }

    private Tensor normal(Tensor x, Tensor weight) {
        return torch.rms_norm(x, new long[] {size.hidden()}, new TensorOptional(weight), new DoubleOptional(EPSILON));
    }

    private Tensor attention(Tensor h, Block block) {
        var q = turned(heads(torch.linear(h, block.query()), size.heads()));
        var k = turned(heads(torch.linear(h, block.key()), size.keyHeads()));
        var v = heads(torch.linear(h, block.value()), size.keyHeads());
        var y = torch.scaled_dot_product_attention(
                q.transpose(1, 2),
                k.transpose(1, 2),
                v.transpose(1, 2),
                new TensorOptional(),
                0.0,
                true,
                new DoubleOptional(),
                true);
        return torch.linear(y.transpose(1, 2).contiguous().view(h.size(0), h.size(1), size.hidden()), block.output());
    }

    private Tensor heads(Tensor x, int heads) {
        return x.view(x.size(0), x.size(1), heads, size.hidden() / size.heads()); // [B, T, H, D]
    }

    private Tensor turned(Tensor x) {
        long half = x.size(3) / 2;
        var first = x.narrow(3, 0, half);
        var second = x.narrow(3, half, half);
        return torch.cat(
                new TensorVector(
                        first.mul(cosine).sub(second.mul(sine)),
                        second.mul(cosine).add(first.mul(sine))),
                3);
    }
}
