package org.borealis.compiler;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.Settings;

/** Real models, small, and their programs. */
final class Models {
    private Models() {}

    static ModelFamily gpt(int layers, int hidden, int sequence) {
        return new Gpt(Settings.of(GptSettings.class, sizes(layers, hidden, sequence)));
    }

    static ModelFamily llama(int layers, int hidden, int sequence) {
        return new Llama(Settings.of(LlamaSettings.class, sizes(layers, hidden, sequence)));
    }

    /** Four experts, of which some tokens find theirs full. */
    static ModelFamily mixture(int layers, int hidden, int sequence, double auxiliaryLoss) {
        var settings = new HashMap<>(sizes(layers, hidden, sequence));
        settings.putAll(Map.of("experts", 4, "feedForward", 12, "capacityFactor", 1.0, "auxiliaryLoss", auxiliaryLoss));
        return new Llama(Settings.of(LlamaSettings.class, settings));
    }

    private static Map<String, Object> sizes(int layers, int hidden, int sequence) {
        return Map.of("layers", layers, "hidden", hidden, "heads", 2, "sequence", sequence, "vocabulary", 64);
    }

    static List<String> names(ModelFamily model) {
        return model.parameters().stream().map(Parameter::name).toList();
    }

    /** Loss and gradients of a batch of this many sequences. */
    static Program gradients(ModelFamily model, DataType type, int rows) {
        return Differentiate.of(loss("gradients", model, type, rows), "loss", names(model));
    }

    /** Loss of a batch of this many sequences. */
    static Program loss(String name, ModelFamily model, DataType type, int rows) {
        var builder = new Program.Builder(name);
        Map<Parameter, Tensor> values = new HashMap<>();
        model.parameters().forEach(p -> values.put(p, builder.input(p.name(), new TensorType(type, p.shape()))));
        var tokens = builder.input("tokens", TensorType.of(DataType.INT32, rows, model.sequence()));
        var targets = builder.input("targets", tokens.type());
        builder.output("loss", model.loss(values::get, tokens, targets));
        return builder.build();
    }
}
