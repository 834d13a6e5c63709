package org.borealis.benchmarks.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.borealis.benchmarks.Contender;
import org.borealis.benchmarks.Size;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Decoding as a libtorch user writes it: inference mode, key/value caches of fixed capacity that are filled in place. */
public final class AutogradDecoding implements Contender {
    private final Gpt model;
    private final int[] ids;
    private final int prompt;
    private final List<Tensor[]> caches = new ArrayList<>();
    private final Threads own = new Threads(torch.get_num_threads(), torch.get_num_threads());
    private Threads threads = Threads.choices().getFirst();

    /** @param ids the prompt, and the tokens that are fed one by one */
    public AutogradDecoding(Size size, int[] ids, Integer prompt) {
        this.ids = ids.clone();
        this.prompt = prompt;
        model = new Gpt(size);
        var options = new TensorOptions(ScalarType.Float);
        for (int layer = 0; layer < size.layers(); layer++) {
            long[] sizes = {1, size.heads(), ids.length, size.hidden() / size.heads()};
            caches.add(new Tensor[] {torch.zeros(sizes, options), torch.zeros(sizes, options)});
        }
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
        try (var mode = new InferenceMode(true)) {
            double best = read(0, Arrays.copyOf(ids, prompt));
            for (int i = prompt; i < ids.length; i++) {
                best = read(i, ids[i]);
            }
            return best;
        }
    }

    private double read(long past, int... tokens) {
        try (var scope = new PointerScope()) {
            var logits = model.logits(Parameters.ids(1, tokens.length, tokens), past, caches);
            return logits.narrow(1, tokens.length - 1, 1).max().item_double();
        }
    }

    @Override
    public void close() {
        caches.forEach(cache -> Arrays.stream(cache).forEach(Tensor::close));
        for (long i = 0; i < model.parameters().size(); i++) {
            model.parameters().get(i).close();
        }
    }
}
