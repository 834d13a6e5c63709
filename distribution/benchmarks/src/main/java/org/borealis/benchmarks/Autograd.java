package org.borealis.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** GPT-2 as a libtorch user writes it: ATen operations under autograd, torch::optim::AdamW, clip_grad_norm_. */
final class Autograd implements Contender {
    private static final double EPSILON = 1e-5;

    private record Block(
            Tensor norm1Weight,
            Tensor norm1Bias,
            Tensor inputWeight,
            Tensor inputBias,
            Tensor outputWeight,
            Tensor outputBias,
            Tensor norm2Weight,
            Tensor norm2Bias,
            Tensor upWeight,
            Tensor upBias,
            Tensor downWeight,
            Tensor downBias) {}

    private final Size size;
    private final TensorVector parameters = new TensorVector();
    private final Tensor embedding;
    private final Tensor position;
    private final List<Block> blocks = new ArrayList<>();
    private final Tensor normWeight;
    private final Tensor normBias;
    private final Tensor tokens;
    private final Tensor targets;
    private final AdamW optimizer;

    Autograd(Size size, int[] tokens, int[] targets) {
        this.size = size;
        int c = size.hidden();
        embedding = normal(size.vocabulary(), c);
        position = normal(size.sequence(), c);
        for (int i = 0; i < size.layers(); i++) {
            blocks.add(new Block(
                    fill(1, c),
                    fill(0, c),
                    normal(3 * c, c),
                    fill(0, 3 * c),
                    normal(c, c),
                    fill(0, c),
                    fill(1, c),
                    fill(0, c),
                    normal(4 * c, c),
                    fill(0, 4 * c),
                    normal(c, 4 * c),
                    fill(0, c)));
        }
        normWeight = fill(1, c);
        normBias = fill(0, c);
        this.tokens = ids(tokens);
        this.targets = ids(targets).view(-1);
        var options = new AdamWOptions(3e-4);
        options.weight_decay().put(0.1);
        optimizer = new AdamW(parameters, options);
    }

    private Tensor normal(long... sizes) {
        return parameter(torch.randn(sizes).mul_(new Scalar(0.02)));
    }

    private Tensor fill(double value, long... sizes) {
        return parameter(torch.full(sizes, new Scalar(value), new TensorOptions(ScalarType.Float)));
    }

    private Tensor parameter(Tensor values) {
        values.requires_grad_(true);
        parameters.push_back(values);
        return values;
    }

    private Tensor ids(int[] values) {
        var wide = new long[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return torch.tensor(wide, new TensorOptions(ScalarType.Long)).view(size.rows(), size.sequence());
    }

    @Override
    public String name() {
        return "libtorch autograd";
    }

    @Override
    public double step() {
        int threads = torch.get_num_threads();
        torch.set_num_threads(1); // its best: OpenBLAS keeps all its threads, and attention's don't fight them
        try (var scope = new PointerScope()) {
            var loss = loss();
            optimizer.zero_grad();
            loss.backward();
            torch.clip_grad_norm_(parameters, 1.0);
            optimizer.step();
            return loss.item_double();
        } finally {
            torch.set_num_threads(threads);
        }
    }

    private Tensor loss() {
        int b = size.rows();
        int t = size.sequence();
        var x = torch.embedding(embedding, tokens).add(position); // [B, T, C]
        for (var block : blocks) {
            var h = norm(x, block.norm1Weight(), block.norm1Bias());
            x = x.add(torch.linear(attention(h, block), block.outputWeight(), new TensorOptional(block.outputBias())));
            h = norm(x, block.norm2Weight(), block.norm2Bias());
            var up = torch.gelu(torch.linear(h, block.upWeight(), new TensorOptional(block.upBias())), "tanh");
            x = x.add(torch.linear(up, block.downWeight(), new TensorOptional(block.downBias())));
        }
        var logits = torch.linear(norm(x, normWeight, normBias).view((long) b * t, size.hidden()), embedding);
        return torch.cross_entropy_loss(logits, targets);
    }

    private Tensor attention(Tensor h, Block block) {
        int b = size.rows();
        int t = size.sequence();
        int c = size.hidden();
        var parts = torch.linear(h, block.inputWeight(), new TensorOptional(block.inputBias()))
                .chunk(3, 2);
        var heads = new ArrayList<Tensor>();
        for (int i = 0; i < 3; i++) {
            heads.add(parts.get(i).view(b, t, size.heads(), c / size.heads()).transpose(1, 2)); // [B, H, T, D]
        }
        return torch.scaled_dot_product_attention(
                        heads.get(0),
                        heads.get(1),
                        heads.get(2),
                        new TensorOptional(),
                        0.0,
                        true,
                        new DoubleOptional(),
                        false)
                .transpose(1, 2)
                .contiguous()
                .view(b, t, c);
    }

    private Tensor norm(Tensor x, Tensor weight, Tensor bias) {
        return torch.layer_norm(
                x, new long[] {size.hidden()}, new TensorOptional(weight), new TensorOptional(bias), EPSILON, true);
    }

    @Override
    public void close() {
        optimizer.close();
        for (long i = 0; i < parameters.size(); i++) {
            parameters.get(i).close();
        }
        parameters.close();
    }
}
