package org.borealis.backend.onednn;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Kernels that move elements to other places. */
final class Copies {
    private static final long GRAIN = 256 << 10; // bytes; below, one thread is as fast

    private Copies() {}

    /** The same elements in the same order. */
    static void whole(Binding binding, Operand in, Operand out) {
        if (in.address() != out.address()) {
            pieces(binding, 1, in.type().bytes(), in.address(), 0, out.address(), 0);
        }
    }

    static void slice(Binding binding, int dim, int start, Operand in, Operand out) {
        long inner = in.shape().product(dim + 1, in.rank()) * in.elements().bytes();
        long outer = in.shape().product(0, dim);
        pieces(
                binding,
                outer,
                out.dim(dim) * inner,
                in.address() + start * inner,
                in.dim(dim) * inner,
                out.address(),
                out.dim(dim) * inner);
    }

    static void concatenate(Binding binding, int dim, List<Operand> in, Operand out) {
        long inner = out.shape().product(dim + 1, out.rank()) * out.elements().bytes();
        long outer = out.shape().product(0, dim);
        long start = 0;
        for (var part : in) {
            long length = part.dim(dim) * inner;
            pieces(binding, outer, length, part.address(), length, out.address() + start, out.dim(dim) * inner);
            start += length;
        }
    }

    /** Adds a step that copies {@code count} pieces, which lie so many bytes apart. */
    static void pieces(Binding binding, long count, long bytes, long from, long fromPitch, long to, long toPitch) {
        if (count * bytes == 0) {
            return;
        }
        if (count > 1 && fromPitch == bytes && toPitch == bytes) {
            pieces(binding, 1, count * bytes, from, 0, to, 0);
            return;
        }
        long wanted = Math.clamp(count * bytes / GRAIN, 1, binding.workers());
        if (count == 1) {
            long part = Math.ceilDiv(Math.ceilDiv(bytes, wanted), 64) * 64;
            binding.parallel((int) Math.ceilDiv(bytes, part), task -> {
                long start = task * part;
                copy(from + start, to + start, Math.min(part, bytes - start));
            });
            return;
        }
        int tasks = (int) Math.min(wanted, count);
        binding.parallel(tasks, task -> {
            for (long i = count * task / tasks; i < count * (task + 1) / tasks; i++) {
                copy(from + i * fromPitch, to + i * toPitch, bytes);
            }
        });
    }

    private static void copy(long from, long to, long bytes) {
        MemorySegment.copy(Memory.ALL, from, Memory.ALL, to, bytes);
    }

    /** Adds a step that reorders dims, densely from an address on. */
    static void transpose(Binding binding, List<Integer> order, Operand in, long out) {
        if (in.isEmpty()) {
            return;
        }
        var dims = merged(order, in);
        int width = in.elements().bytes();
        if (dims.isEmpty() || dims.get(dims.size() - 1).stride() == 1) {
            long run = dims.isEmpty() ? 1 : dims.remove(dims.size() - 1).size();
            runs(binding, dims, run * width, width, in.address(), out);
        } else {
            Turns.bind(binding, dims, width, in.address(), out);
        }
    }

    /** A dim of the output: its size, and the distance of its elements in the input. */
    record Dim(long size, long stride) {}

    /** Dims of the output, those joined that lie behind each other in the input too, without those of size 1. */
    private static List<Dim> merged(List<Integer> order, Operand in) {
        var dims = new ArrayList<Dim>();
        for (int d : order) {
            var next = new Dim(in.dim(d), in.shape().stride(d));
            var last = dims.isEmpty() ? null : dims.get(dims.size() - 1);
            if (last != null && last.stride() == next.size() * next.stride()) {
                dims.set(dims.size() - 1, new Dim(last.size() * next.size(), next.stride()));
            } else if (next.size() > 1) {
                dims.add(next);
            }
        }
        return dims;
    }

    private static void runs(Binding binding, List<Dim> dims, long bytes, int width, long from, long to) {
        var outer = dims.toArray(Dim[]::new);
        long count = dims.stream().mapToLong(Dim::size).reduce(1, (a, b) -> a * b);
        int tasks = (int) Math.min(count, Math.clamp(count * bytes / GRAIN, 1, binding.workers()));
        binding.parallel(tasks, task -> {
            for (long i = count * task / tasks; i < count * (task + 1) / tasks; i++) {
                copy(from + offset(outer, i) * width, to + i * bytes, bytes);
            }
        });
    }

    /** Where in the input the {@code index}-th piece of the output is, in elements. */
    static long offset(Dim[] dims, long index) {
        long offset = 0;
        long rest = index;
        for (int d = dims.length - 1; d >= 0; d--) {
            offset += rest % dims[d].size() * dims[d].stride();
            rest /= dims[d].size();
        }
        return offset;
    }
}
