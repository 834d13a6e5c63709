package org.borealis.backend.onednn;

import java.util.List;
import java.util.stream.IntStream;
import org.borealis.device.DeviceException;
import org.borealis.tensor.DataType;

/** Attention of new positions over the filled part of a cache, whose length is known only when it runs; one task for each head. */
final class CachedAttentions {
    private CachedAttentions() {}

    static void bind(Binding binding, double scale, List<Operand> in, Operand out) {
        var q = binding.as(DataType.FLOAT32, in.get(0));
        var k = binding.as(DataType.FLOAT32, in.get(1));
        var v = binding.as(DataType.FLOAT32, in.get(2));
        var y = out.elements() == DataType.FLOAT32
                ? out
                : binding.scratch(out.type().as(DataType.FLOAT32));
        int steps = q.dim(1);
        int heads = q.dim(2);
        int size = q.dim(3);
        int capacity = k.dim(1);
        int keyHeads = k.dim(2);
        int count = q.dim(0) * heads;
        int tasks = Math.min(count, binding.workers());
        long[] scores = IntStream.range(0, tasks)
                .mapToLong(i -> binding.scratch(steps * Floats.pitch(capacity) * Float.BYTES))
                .toArray();
        var sgemm = IntStream.range(0, tasks).mapToObj(i -> new Sgemm()).toArray(Sgemm[]::new);
        long pitch = (long) heads * size;
        long keyPitch = (long) keyHeads * size;
        binding.withOnednn(tasks, task -> {
            int start = position(in.get(3), steps, capacity);
            int length = start + steps;
            for (int i = task; i < count; i += tasks) {
                int b = i / heads;
                int head = i % heads;
                long query = ((long) b * steps * heads + head) * size * Float.BYTES;
                long key = ((long) b * capacity * keyHeads + head / (heads / keyHeads)) * size * Float.BYTES;
                sgemm[task].run(
                        false,
                        true,
                        steps,
                        length,
                        size,
                        (float) scale,
                        q.address() + query,
                        pitch,
                        k.address() + key,
                        keyPitch,
                        0,
                        scores[task],
                        Floats.pitch(length));
                softmax(scores[task], start, steps);
                sgemm[task].run(
                        false,
                        false,
                        steps,
                        size,
                        length,
                        1,
                        scores[task],
                        Floats.pitch(length),
                        v.address() + key,
                        keyPitch,
                        0,
                        y.address() + query,
                        pitch);
            }
        });
        if (y != out) {
            binding.convert(y, out);
        }
    }

    private static int position(Operand position, int steps, int capacity) {
        int start = Memory.getInt(position.address());
        if (start < 0 || (long) start + steps > capacity) {
            throw new DeviceException(
                    "position-outside",
                    "CachedAttention: " + steps + " positions from " + start + " in a cache of " + capacity);
        }
        return start;
    }

    /** Rows of scores to weights: row t sees the cache up to {@code start + t}. */
    private static void softmax(long scores, int start, int rows) {
        long keys = start + rows;
        for (int row = 0; row < rows; row++) {
            long at = scores + row * Floats.pitch(keys) * Float.BYTES;
            long seen = start + row + 1;
            long padded = Floats.padded(seen);
            long hidden = at + seen * Float.BYTES;
            Floats.fill(hidden, Float.NEGATIVE_INFINITY, padded - seen);
            float sum = SoftmaxRows.exponentials(at, SoftmaxRows.max(at, padded), padded);
            Floats.scale(at, 1 / sum, seen);
            Floats.fill(hidden, 0, keys - seen);
        }
    }
}
