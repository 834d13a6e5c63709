package org.borealis.trainer.decode;

import java.util.ArrayList;
import java.util.List;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.trainer.step.TracedWeights;

/** Traces the program that reads tokens into a key/value cache and scores what may follow one of them. */
record DecodeTrace(ModelFamily family, DataType type, int capacity) {
    static final String TOKENS = "tokens";
    static final String POSITION = "position";
    static final String LAST = "last";
    static final String LOGITS = "logits";
    static final TensorType POSITION_TYPE = new TensorType(DataType.INT32, Shape.SCALAR);
    static final TensorType LAST_TYPE = TensorType.of(DataType.INT32, 1);

    static TensorType tokenType(int length) {
        return TensorType.of(DataType.INT32, 1, length);
    }

    TensorType cacheType() {
        var cache = family.cache();
        return TensorType.of(type, 1, capacity, cache.keyHeads(), cache.headSize());
    }

    TensorType logitsType() {
        return TensorType.of(type, 1, family.vocabulary());
    }

    static String keys(int layer) {
        return "cache/" + layer + "/keys";
    }

    static String values(int layer) {
        return "cache/" + layer + "/values";
    }

    /**
     * Takes {@code length} tokens that stand from input {@code position} on, and gives the scores after token number {@code last} of
     * them.
     */
    Program program(String name, int length) {
        var builder = new Program.Builder(name);
        var weights = new TracedWeights(builder, family.parameters(), type);
        var tokens = builder.input(TOKENS, tokenType(length));
        var position = builder.input(POSITION, POSITION_TYPE);
        var last = builder.input(LAST, LAST_TYPE);
        var keys = caches(builder, true);
        var values = caches(builder, false);
        var context = Context.cached(keys, values, position);
        var hidden = family.hidden(weights, tokens, context); // [1, T, C]
        var chosen = hidden.reshape(length, hidden.dim(-1)).gather(last); // [1, C]
        builder.output(LOGITS, family.logits(weights, chosen).as(type));
        for (int layer = 0; layer < keys.size(); layer++) {
            builder.replace(keys(layer), keys.get(layer), context.keys().get(layer));
            builder.replace(values(layer), values.get(layer), context.values().get(layer));
        }
        return builder.build();
    }

    private List<Tensor> caches(Program.Builder builder, boolean ofKeys) {
        var caches = new ArrayList<Tensor>();
        for (int layer = 0; layer < family.cache().layers(); layer++) {
            caches.add(builder.input(ofKeys ? keys(layer) : values(layer), cacheType()));
        }
        return caches;
    }
}
