package org.borealis.backend.onednn;

import java.util.List;
import org.borealis.backend.onednn.Copies.Dim;

/** Transposes whose innermost dim is another one than before: tile by tile, so that lines of both sides stay in the cache. */
final class Turns {
    private static final int TILE = 32;
    private static final long GRAIN = 64 << 10; // elements

    private Turns() {}

    /** @param dims of the output, innermost last */
    static void bind(Binding binding, List<Dim> dims, int width, long from, long to) {
        int last = dims.size() - 1;
        int near = nearest(dims);
        var columns = dims.get(last);
        var rows = near < 0 ? new Dim(1, 0) : dims.get(near);
        long rowPitch = near < 0 ? 0 : outStride(dims, near);
        var others = new java.util.ArrayList<Dim>();
        var otherPitches = new java.util.ArrayList<Dim>();
        for (int d = 0; d < last; d++) {
            if (d != near) {
                others.add(dims.get(d));
                otherPitches.add(new Dim(dims.get(d).size(), outStride(dims, d)));
            }
        }
        var in = others.toArray(Dim[]::new);
        var out = otherPitches.toArray(Dim[]::new);
        long planes = others.stream().mapToLong(Dim::size).reduce(1, (a, b) -> a * b);
        long stripes = Math.ceilDiv(rows.size(), (long) TILE);
        long count = planes * stripes;
        long elements = planes * rows.size() * columns.size();
        int tasks = (int) Math.min(count, Math.clamp(elements / GRAIN, 1, binding.workers()));
        binding.parallel(tasks, task -> {
            for (long i = count * task / tasks; i < count * (task + 1) / tasks; i++) {
                long first = i % stripes * TILE;
                long source = from + (Copies.offset(in, i / stripes) + first * rows.stride()) * width;
                long target = to + (Copies.offset(out, i / stripes) + first * rowPitch) * width;
                long height = Math.min(TILE, rows.size() - first);
                stripe(width, height, columns, source, rows.stride() * width, target, rowPitch * width);
            }
        });
    }

    /** The dim besides the innermost whose elements lie nearest in the input, or -1. */
    private static int nearest(List<Dim> dims) {
        int nearest = -1;
        for (int d = 0; d < dims.size() - 1; d++) {
            if (nearest < 0 || dims.get(d).stride() < dims.get(nearest).stride()) {
                nearest = d;
            }
        }
        return nearest;
    }

    private static long outStride(List<Dim> dims, int dim) {
        long stride = 1;
        for (int d = dim + 1; d < dims.size(); d++) {
            stride *= dims.get(d).size();
        }
        return stride;
    }

    // Hot: rows of the output are written 32 elements at a time.
    private static void stripe(int width, long height, Dim columns, long from, long fromPitch, long to, long toPitch) {
        long step = columns.stride() * width;
        for (long left = 0; left < columns.size(); left += TILE) {
            long right = Math.min(columns.size(), left + TILE);
            for (long row = 0; row < height; row++) {
                line(
                        width,
                        from + row * fromPitch + left * step,
                        step,
                        to + row * toPitch + left * width,
                        right - left);
            }
        }
    }

    private static void line(int width, long from, long step, long to, long count) {
        switch (width) {
            case Long.BYTES -> {
                for (long i = 0; i < count; i++) {
                    Memory.ALL.set(Memory.LONG, to + i * Long.BYTES, Memory.ALL.get(Memory.LONG, from + i * step));
                }
            }
            case Integer.BYTES -> {
                for (long i = 0; i < count; i++) {
                    Memory.ALL.set(Memory.INT, to + i * Integer.BYTES, Memory.ALL.get(Memory.INT, from + i * step));
                }
            }
            case Short.BYTES -> {
                for (long i = 0; i < count; i++) {
                    Memory.ALL.set(Memory.SHORT, to + i * Short.BYTES, Memory.ALL.get(Memory.SHORT, from + i * step));
                }
            }
            default -> {
                for (long i = 0; i < count; i++) {
                    Memory.ALL.set(Memory.BYTE, to + i, Memory.ALL.get(Memory.BYTE, from + i * step));
                }
            }
        }
    }
}
