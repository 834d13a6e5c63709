package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.DeviceException;

/** Kernels whose addresses depend on data. */
final class Indexed {
    private Indexed() {}

    static void gather(Binding binding, View table, View indices, View out) {
        long width = table.product(1, table.rank());
        var rows = binding.tensor(table.reshape(table.size(0), width));
        var picked = binding.tensor(indices.reshape(indices.elements()));
        var y = binding.tensor(out.reshape(indices.elements(), width));
        binding.call("index_select", "out")
                .tensor(rows)
                .integer(0)
                .tensor(picked)
                .tensor(y);
    }

    /** index_add_ goes through the indices in order, in one thread: equal bits each time. */
    static void scatterAdd(Binding binding, View indices, View updates, View out) {
        long count = indices.elements();
        long width = out.product(1, out.rank());
        var type = out.type().accumulator();
        var sums = binding.into(type, out);
        var table = binding.tensor(sums.reshape(out.size(0), width));
        var added = binding.tensor(binding.as(type, updates).reshape(count, width));
        var rows = binding.tensor(indices.reshape(count));
        binding.step(() -> {
            table.zero_();
            table.index_add_(0, rows, added);
        });
    }

    /** In Java: the target moves with the position, and there are few pieces. */
    static void writeSlice(Binding binding, int dim, List<View> in, View out) {
        var whole = in.get(0);
        var part = in.get(1);
        if (whole.address() != out.address()) {
            binding.copy(out, whole);
        }
        long inner = out.product(dim + 1, out.rank()) * out.type().bytes();
        long outer = out.product(0, dim);
        long pitch = out.size(dim) * inner;
        long piece = part.size(dim) * inner;
        var to = Memory.at(out.address(), Math.max(1, out.bytes()));
        var from = Memory.at(part.address(), Math.max(1, part.bytes()));
        var position = Memory.at(in.get(2).address(), Integer.BYTES);
        binding.step(() -> {
            long start = position.get(Elements.INT, 0);
            if (start < 0 || start * inner + piece > pitch) {
                throw new DeviceException(
                        "position-outside",
                        "WriteSlice: position " + start + " of " + part + " in " + out + ", dim " + dim);
            }
            for (long i = 0; i < outer; i++) {
                MemorySegment.copy(from, i * piece, to, i * pitch + start * inner, piece);
            }
        });
    }
}
