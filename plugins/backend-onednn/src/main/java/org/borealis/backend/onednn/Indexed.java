package org.borealis.backend.onednn;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.tensor.DataType;

/** Kernels whose addresses depend on data. */
final class Indexed {
    private static final long GRAIN = 256 << 10; // bytes

    private Indexed() {}

    static void gather(Binding binding, Operand table, Operand indices, Operand out) {
        long count = indices.count();
        long bytes = table.shape().product(1, table.rank()) * table.elements().bytes();
        if (count * bytes == 0) {
            return;
        }
        int rows = table.dim(0);
        int tasks = (int) Math.min(count, Math.clamp(count * bytes / GRAIN, 1, binding.workers()));
        binding.parallel(tasks, task -> {
            for (long i = count * task / tasks; i < count * (task + 1) / tasks; i++) {
                long row = index(binding.label(), indices, i, rows);
                MemorySegment.copy(
                        Memory.ALL, table.address() + row * bytes, Memory.ALL, out.address() + i * bytes, bytes);
            }
        });
    }

    private static int index(String label, Operand indices, long i, int rows) {
        int index = Memory.getInt(indices.address() + i * Integer.BYTES);
        if (index < 0 || index >= rows) {
            throw new DeviceException(
                    "index-outside",
                    label + ": index " + index + " at place " + i + " of a table of " + rows + " rows");
        }
        return index;
    }

    /** Each worker has rows of the table and goes through all indices in order: equal bits for any number of workers. */
    static void scatterAdd(Binding binding, Operand indices, Operand updates, Operand out) {
        if (out.isEmpty()) {
            return;
        }
        var type = out.elements().accumulator();
        var added = binding.as(type, updates);
        var table = type == out.elements() ? out : binding.scratch(out.type().as(type));
        long count = indices.count();
        int rows = out.dim(0);
        long width = out.shape().product(1, out.rank());
        long pitch = width * type.bytes();
        int tasks = (int) Math.min(rows, Math.clamp((rows + count) * pitch / GRAIN, 1, binding.workers()));
        binding.parallel(tasks, task -> {
            int from = (int) ((long) rows * task / tasks);
            int to = (int) ((long) rows * (task + 1) / tasks);
            Memory.clear(table.address() + from * pitch, (to - from) * pitch);
            for (long i = 0; i < count; i++) {
                int row = index(binding.label(), indices, i, rows);
                if (row >= from && row < to) {
                    add(type, table.address() + row * pitch, added.address() + i * pitch, width);
                }
            }
        });
        if (table != out) {
            binding.convert(table, out);
        }
    }

    private static void add(DataType type, long to, long from, long count) {
        switch (type) {
            case FLOAT32 -> Floats.add(to, from, count);
            case FLOAT64 -> {
                for (long at = 0; at < count * Double.BYTES; at += Double.BYTES) {
                    Memory.putDouble(to + at, Memory.getDouble(to + at) + Memory.getDouble(from + at));
                }
            }
            case INT64 -> {
                for (long at = 0; at < count * Long.BYTES; at += Long.BYTES) {
                    long sum = Memory.ALL.get(Memory.LONG, to + at) + Memory.ALL.get(Memory.LONG, from + at);
                    Memory.ALL.set(Memory.LONG, to + at, sum);
                }
            }
            case INT32 -> {
                for (long at = 0; at < count * Integer.BYTES; at += Integer.BYTES) {
                    Memory.ALL.set(Memory.INT, to + at, Memory.getInt(to + at) + Memory.getInt(from + at));
                }
            }
            case UINT8, BOOL, FLOAT16, BFLOAT16 -> {
                for (long at = 0; at < count; at++) {
                    int sum = Memory.ALL.get(Memory.BYTE, to + at) + Memory.ALL.get(Memory.BYTE, from + at);
                    Memory.ALL.set(Memory.BYTE, to + at, (byte) sum);
                }
            }
        }
    }

    static void writeSlice(Binding binding, int dim, List<Operand> in, Operand out) {
        var part = in.get(1);
        Copies.whole(binding, in.get(0), out);
        long inner = out.shape().product(dim + 1, out.rank()) * out.elements().bytes();
        long outer = out.shape().product(0, dim);
        long pitch = out.dim(dim) * inner;
        long piece = part.dim(dim) * inner;
        long position = in.get(2).address();
        binding.step(() -> {
            long start = Memory.getInt(position);
            if (start < 0 || start + part.dim(dim) > out.dim(dim)) {
                throw new DeviceException(
                        "position-outside",
                        "WriteSlice: position " + start + " of " + part.type() + " in " + out.type() + ", dim " + dim);
            }
            for (long i = 0; i < outer; i++) {
                MemorySegment.copy(
                        Memory.ALL,
                        part.address() + i * piece,
                        Memory.ALL,
                        out.address() + i * pitch + start * inner,
                        piece);
            }
        });
    }
}
