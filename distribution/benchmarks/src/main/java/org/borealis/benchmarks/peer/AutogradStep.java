package org.borealis.benchmarks.peer;

import java.util.Arrays;
import org.borealis.benchmarks.Contender;
import org.borealis.benchmarks.Size;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A training step as a libtorch user writes it: autograd, torch::optim::AdamW, clip_grad_norm_. */
public final class AutogradStep implements Contender {
    private final Model model;
    private final Tensor tokens;
    private final Tensor targets;
    private final AdamW optimizer;
    private final Threads own = new Threads(torch.get_num_threads(), torch.get_num_threads());
    private Threads threads = Threads.choices().getFirst();

    /** Makes the model. */
    public AutogradStep(Size size, int[] ids) {
        model = size.family().equals("gpt") ? new Gpt(size) : new Llama(size);
        tokens = Parameters.ids(size.rows(), size.sequence(), Arrays.copyOf(ids, ids.length - 1));
        targets = Parameters.ids(size.rows(), size.sequence(), Arrays.copyOfRange(ids, 1, ids.length))
                .view(-1);
        var options = new AdamWOptions(3e-4);
        options.weight_decay().put(0.1);
        optimizer = new AdamW(model.parameters(), options);
    }

    @Override
    public void tune() {
        threads = Threads.fastest(this::once);
        own.set();
    }

    @Override
    public String name() {
        return "libtorch " + threads.torchThreads() + "+" + threads.blasThreads();
    }

    @Override
    public double step() {
        threads.set();
        try {
            return once();
        } finally {
            own.set();
        }
    }

    private double once() {
        try (var scope = new PointerScope()) {
            var logits = model.logits(tokens);
            var loss = torch.cross_entropy_loss(logits.view(tokens.numel(), logits.size(2)), targets);
            optimizer.zero_grad();
            loss.backward();
            torch.clip_grad_norm_(model.parameters(), 1.0);
            optimizer.step();
            return loss.item_double();
        }
    }

    @Override
    public void close() {
        optimizer.close();
        for (long i = 0; i < model.parameters().size(); i++) {
            model.parameters().get(i).close();
        }
        model.parameters().close();
    }
}
