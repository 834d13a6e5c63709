package org.borealis.model;

import java.util.ArrayList;
import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.CachedAttention;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a layer's attention looks at: in training the sequence itself, in decoding a cache. One forward method serves both.
 */
@ConsumerType
public interface Context {

    /** Positions of the tokens of a call, INT32 [T]. */
    Tensor positions(Tensor tokens);

    /** Attention of layer {@code layer}: q [B, T, H, D] over k and v [B, T, K, D], to [B, T, H, D]. */
    Tensor attend(int layer, Tensor q, Tensor k, Tensor v, double scale);

    /** Each position sees itself and what is before it in the same call. */
    static Context causal() {
        return new Context() {
            @Override
            public Tensor positions(Tensor tokens) {
                return tokens.iota(0, TensorType.of(DataType.INT32, tokens.dim(1)));
            }

            @Override
            public Tensor attend(int layer, Tensor q, Tensor k, Tensor v, double scale) {
                return q.apply(new Attention(scale), k, v).get(0);
            }
        };
    }

    /**
     * Positions begin at an INT32 scalar, and each sees the cache up to itself. Keys and values of the call are written into the
     * cache first: read the new one from {@link Cached#keys} and {@link Cached#values} after tracing.
     */
    static Cached cached(List<Tensor> keys, List<Tensor> values, Tensor position) {
        return new Cached(new ArrayList<>(keys), new ArrayList<>(values), position);
    }

    /** See {@link #cached}; each list holds one tensor a layer, [B, capacity, K, D]. */
    record Cached(List<Tensor> keys, List<Tensor> values, Tensor position) implements Context {
        @Override
        public Tensor positions(Tensor tokens) {
            return tokens.iota(0, TensorType.of(DataType.INT32, tokens.dim(1))).plus(position);
        }

        @Override
        public Tensor attend(int layer, Tensor q, Tensor k, Tensor v, double scale) {
            keys.set(layer, keys.get(layer).writeSlice(1, k, position));
            values.set(layer, values.get(layer).writeSlice(1, v, position));
            return q.apply(new CachedAttention(scale), keys.get(layer), values.get(layer), position)
                    .get(0);
        }
    }
}
