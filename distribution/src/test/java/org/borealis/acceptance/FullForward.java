package org.borealis.acceptance;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.borealis.checkpoint.CheckpointFormat.ForeignModel;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.Oracle;
import org.borealis.testkit.Settings;

/** A model that reads the whole text anew for every token: no cache, no compiler, on the reference backend. */
final class FullForward implements AutoCloseable {
    private final Device device = Oracle.find().open();
    private final Eager eager = new Eager(device);
    private final Map<Parameter, Tensor> weights = new HashMap<>();
    private final ModelFamily family;

    FullForward(ForeignModel model) {
        family = model.family().equals("gpt")
                ? new Gpt(Settings.of(GptSettings.class, model.settings()))
                : new Llama(Settings.of(LlamaSettings.class, model.settings()));
        try (var tensors = model.tensors()) {
            for (var parameter : family.parameters()) {
                var tensor = eager.tensor(tensors.types().get(parameter.name()));
                device.write(eager.slot(tensor), tensors.read(parameter.name()));
                weights.put(parameter, tensor);
            }
        }
    }

    /** The text and the likeliest token after it, so many times. */
    int[] likeliest(int[] text, int more) {
        var longer = text;
        for (int i = 0; i < more; i++) {
            longer = Arrays.copyOf(longer, longer.length + 1);
            longer[longer.length - 1] = next(Arrays.copyOf(longer, longer.length - 1));
        }
        return longer;
    }

    private int next(int[] text) {
        var tokens = eager.tensor(TensorType.of(DataType.INT32, 1, text.length));
        device.write(eager.slot(tokens), MemorySegment.ofArray(text));
        var logits = family.logits(weights::get, family.hidden(weights::get, tokens, Context.causal())); // [1, T, V]
        var scores = new float[text.length * family.vocabulary()];
        device.read(eager.slot(logits), MemorySegment.ofArray(scores));
        int last = (text.length - 1) * family.vocabulary();
        int best = 0;
        for (int id = 1; id < family.vocabulary(); id++) {
            best = scores[last + id] > scores[last + best] ? id : best;
        }
        return best;
    }

    @Override
    public void close() {
        eager.close();
        device.close();
    }
}
