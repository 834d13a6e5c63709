package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.device.HostMemory;
import org.bytedeco.pytorch.global.torch;

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

    /**
     * On the processor index_add_ goes through the indices in order, in one thread: equal bits each time. On a GPU it does so only where
     * that is asked for, of the whole process, so it is asked for as briefly as can be.
     */
    static void scatterAdd(Binding binding, View indices, View updates, View out) {
        long count = indices.elements();
        long width = out.product(1, out.rank());
        var type = out.type().accumulator();
        var sums = binding.into(type, out);
        var table = binding.tensor(sums.reshape(out.size(0), width));
        var added = binding.tensor(binding.as(type, updates).reshape(count, width));
        var rows = binding.tensor(indices.reshape(count));
        binding.step(table::zero_);
        switch (binding.place()) {
            case Host host -> binding.step(() -> table.index_add_(0, rows, added));
            case Cuda cuda ->
                binding.step(() -> {
                    torch.globalContext().setDeterministicAlgorithms(true, false);
                    table.index_add_(0, rows, added);
                    torch.globalContext().setDeterministicAlgorithms(false, false);
                });
        }
    }

    /** The target moves with the position, which is known only when it runs. */
    static void writeSlice(Binding binding, int dim, List<View> in, View out) {
        var whole = in.get(0);
        if (whole.address() != out.address()) {
            binding.copy(out, whole);
        }
        switch (binding.place()) {
            case Host host -> writeSliceFromJava(binding, dim, in, out);
            case Cuda cuda -> writeSliceOnGpu(binding, cuda, dim, in, out);
        }
    }

    /** There are few pieces. */
    private static void writeSliceFromJava(Binding binding, int dim, List<View> in, View out) {
        var part = in.get(1);
        long inner = out.product(dim + 1, out.rank()) * out.type().bytes();
        long outer = out.product(0, dim);
        long pitch = out.size(dim) * inner;
        long piece = part.size(dim) * inner;
        var to = HostMemory.at(out.address(), Math.max(1, out.bytes()));
        var from = HostMemory.at(part.address(), Math.max(1, part.bytes()));
        var position = HostMemory.at(in.get(2).address(), Integer.BYTES);
        binding.step(() -> {
            long start = start(position, dim, part, out);
            for (long i = 0; i < outer; i++) {
                MemorySegment.copy(from, i * piece, to, i * pitch + start * inner, piece);
            }
        });
    }

    private static void writeSliceOnGpu(Binding binding, Cuda cuda, int dim, List<View> in, View out) {
        var part = in.get(1);
        var from = binding.tensor(part);
        var to = binding.tensor(out);
        var position = Binding.hostMemory(Integer.BYTES);
        binding.step(() -> {
            cuda.read(in.get(2).address(), position);
            try (var target = to.narrow(dim, start(position, dim, part, out), part.size(dim))) {
                target.copy_(from);
            }
        });
    }

    private static long start(MemorySegment position, int dim, View part, View out) {
        long start = position.get(Elements.INT, 0);
        if (start < 0 || start + part.size(dim) > out.size(dim)) {
            throw new DeviceException(
                    "position-outside",
                    "WriteSlice: position " + start + " of " + part + " in " + out + ", dim " + dim);
        }
        return start;
    }
}
