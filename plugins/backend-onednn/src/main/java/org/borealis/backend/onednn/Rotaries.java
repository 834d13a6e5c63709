package org.borealis.backend.onednn;

import java.util.List;

/** Rotary positions of float32, in one pass. */
final class Rotaries {
    private Rotaries() {}

    /** Inputs x [B, T, H, D], cosine and sine [T, D/2]. */
    static void bind(Binding binding, List<Operand> in, Operand out) {
        var x = in.get(0);
        long half = x.dim(3) / 2;
        int time = x.dim(1);
        int heads = x.dim(2);
        var panels = Panels.of((long) x.dim(0) * time, heads * 2 * half);
        binding.parallel(panels.count(), panel -> {
            for (long row = panels.start(panel); row < panels.start(panel + 1); row++) {
                long angles = row % time * half * Float.BYTES;
                for (int head = 0; head < heads; head++) {
                    long at = (row * heads + head) * 2 * half * Float.BYTES;
                    Floats.turn(
                            x.address() + at,
                            in.get(1).address() + angles,
                            in.get(2).address() + angles,
                            out.address() + at,
                            half);
                }
            }
        });
    }
}
