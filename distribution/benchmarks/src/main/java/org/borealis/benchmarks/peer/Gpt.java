package org.borealis.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import org.borealis.benchmarks.Size;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** GPT-2. */
final class Gpt implements Model {
    private static final double EPSILON = 1e-5;

    private record Linear(Tensor weight, Tensor bias) {
        Tensor apply(Tensor x) {
            return torch.linear(x, weight, new TensorOptional(bias));
        }
    }

    private record Norm(Tensor weight, Tensor bias) {
        Tensor apply(Tensor x) {
            return torch.layer_norm(
                    x,
                    new long[] {weight.size(0)},
                    new TensorOptional(weight),
                    new TensorOptional(bias),
                    EPSILON,
                    true);
        }
    }

    private record Block(Norm norm1, Linear input, Linear output, Norm norm2, Linear up, Linear down) {}

    private final Size size;
    private final Parameters parameters = new Parameters();
    private final Tensor embedding;
    private final Tensor position;
    private final List<Block> blocks = new ArrayList<>();
    private final Norm norm;

    Gpt(Size size) {
        this.size = size;
        int c = size.hidden();
        embedding = parameters.normal(size.vocabulary(), c);
        position = parameters.normal(size.sequence(), c);
        for (int i = 0; i < size.layers(); i++) {
            blocks.add(new Block(norm(c), linear(3 * c, c), linear(c, c), norm(c), linear(4 * c, c), linear(c, 4 * c)));
        }
        norm = norm(c);
    }

    private Linear linear(int rows, int columns) {
        return new Linear(parameters.normal(rows, columns), parameters.fill(0, rows));
    }

    private Norm norm(int channels) {
        return new Norm(parameters.fill(1, channels), parameters.fill(0, channels));
    }

    @Override
    public TensorVector parameters() {
        return parameters.all();
    }

    @Override
    public Tensor logits(Tensor tokens) {
        return logits(tokens, 0, List.of());
    }

    /**
     * Scores after tokens that follow {@code past} others.
     *
     * @param caches keys and values by layer, [1, H, capacity, D] each, filled up to {@code past}; none to attend within the tokens only
     */
    Tensor logits(Tensor tokens, long past, List<Tensor[]> caches) {
        var x = torch.embedding(embedding, tokens).add(position.narrow(0, past, tokens.size(1))); // [B, T, C]
        for (int layer = 0; layer < blocks.size(); layer++) {
            var block = blocks.get(layer);
            var cache = caches.isEmpty() ? new Tensor[0] : caches.get(layer);
            x = x.add(block.output()
                    .apply(attention(block.input().apply(block.norm1().apply(x)), past, cache)));
            var up = torch.gelu(block.up().apply(block.norm2().apply(x)), "tanh");
            x = x.add(block.down().apply(up));
        }
        return torch.linear(norm.apply(x), embedding);
    }

    private Tensor attention(Tensor joined, long past, Tensor... cache) {
        long b = joined.size(0);
        long t = joined.size(1);
        int c = size.hidden();
        var parts = joined.chunk(3, 2);
        var heads = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            heads[i] = parts.get(i).view(b, t, size.heads(), c / size.heads()).transpose(1, 2); // [B, H, T, D]
        }
        for (int i = 0; i < cache.length; i++) {
            cache[i].narrow(2, past, t).copy_(heads[i + 1]);
            heads[i + 1] = cache[i].narrow(2, 0, past + t);
        }
        return torch.scaled_dot_product_attention(
                        heads[0], heads[1], heads[2], new TensorOptional(), 0.0, t > 1, new DoubleOptional(), false)
                .transpose(1, 2)
                .contiguous()
                .view(b, t, c);
    }
}
