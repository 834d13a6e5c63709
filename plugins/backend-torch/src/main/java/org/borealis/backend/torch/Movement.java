package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.borealis.tensor.DataType;

/** Kernels that move elements, and those that make them out of nothing. */
final class Movement {
    private Movement() {}

    /** Also converts, transposes and repeats: a view says from where each element comes. */
    static void copy(Binding binding, View in, View out) {
        if (out.elements() > 0) {
            binding.copy(out, in);
        }
    }

    static void reshape(Binding binding, View in, View out) {
        if (in.address() != out.address()) {
            copy(binding, in.reshape(out.sizes()), out);
        }
    }

    static void concatenate(Binding binding, int dim, List<View> in, View out) {
        long start = 0;
        for (var part : in) {
            copy(binding, part, out.slice(dim, start, part.size(dim)));
            start += part.size(dim);
        }
    }

    static void constant(Binding binding, List<Double> values, View out) {
        if (values.size() == 1) {
            double value = values.get(0);
            var y = binding.tensor(out);
            var scalar = out.type().isFloat() ? binding.scalar(value) : binding.scalar((long) value);
            binding.step(() -> y.fill_(scalar));
            return;
        }
        var exact = binding.own(DataType.FLOAT64, out.sizes());
        binding.place()
                .write(
                        exact.address(),
                        MemorySegment.ofArray(
                                values.stream().mapToDouble(Double::doubleValue).toArray()));
        var ready = binding.own(out.type(), out.sizes());
        binding.tensor(ready).copy_(binding.tensor(exact));
        copy(binding, ready, out);
    }

    static void iota(Binding binding, int dim, View out) {
        long length = out.size(dim);
        var line = binding.own(DataType.INT64, Math.max(1, length));
        binding.place()
                .write(
                        line.address(),
                        MemorySegment.ofArray(LongStream.range(0, length).toArray()));
        long[] sizes = new long[out.rank()];
        Arrays.fill(sizes, 1);
        sizes[dim] = length;
        copy(binding, line.reshape(sizes).expand(out.sizes()), out);
    }
}
