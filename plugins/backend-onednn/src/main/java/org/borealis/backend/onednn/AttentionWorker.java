package org.borealis.backend.onednn;

import java.util.List;

/** One thread's share of attention: scratch for a block of scores, and the steps on one block. */
final class AttentionWorker {
    private final Sgemm sgemm = new Sgemm();
    private final Attentions.Heads heads;
    private final long weights;
    private final long gradients;
    private final float[] totals = new float[Attentions.BLOCK];

    /**
     * @param weights address of a block of scores
     * @param gradients address of another, for {@link #gradient}
     */
    AttentionWorker(Attentions.Heads heads, long weights, long gradients) {
        this.heads = heads;
        this.weights = weights;
        this.gradients = gradients;
    }

    /** A block of rows of one head; addresses are those of the head's first row. */
    void forward(int start, float scale, long q, long k, long v, long y, long sums) {
        int rows = Math.min(Attentions.BLOCK, heads.time() - start);
        int keys = heads.seen(start + rows - 1);
        int size = heads.size();
        long pitch = Floats.pitch(keys);
        long first = start * heads.pitch() * Float.BYTES;
        scores(start, rows, scale, q + first, k, weights);
        for (int row = 0; row < rows; row++) {
            totals[row] = softmax(
                    weights + row * pitch * Float.BYTES,
                    heads.seen(start + row),
                    keys,
                    sums + (start + row) * (long) Float.BYTES);
        }
        mix(start, rows, weights, v, y + first);
        for (int row = 0; row < rows; row++) {
            Floats.scale(y + first + row * heads.pitch() * Float.BYTES, 1 / totals[row], size);
        }
    }

    /** From scores to weights that are yet to be divided by the sum that this gives. */
    private static float softmax(long row, int seen, int keys, long logSumExp) {
        long padded = Floats.padded(seen);
        long hidden = row + (long) seen * Float.BYTES;
        Floats.fill(hidden, Float.NEGATIVE_INFINITY, padded - seen);
        float highest = SoftmaxRows.max(row, padded);
        float sum = SoftmaxRows.exponentials(row, highest, padded);
        Floats.fill(hidden, 0, keys - seen);
        Memory.putFloat(logSumExp, (float) (highest + Math.log(sum)));
        return sum;
    }

    /**
     * [rows, keys] = factor * x y', of which only what is seen is needed: keys that all rows see in one product, the block's own in steps
     * down the diagonal.
     */
    private void scores(int start, int rows, float factor, long x, long y, long to) {
        int common = heads.common(start);
        long pitch = Floats.pitch(heads.seen(start + rows - 1));
        if (common > 0) {
            sgemm.run(
                    false,
                    true,
                    rows,
                    common,
                    heads.size(),
                    factor,
                    x,
                    heads.pitch(),
                    y,
                    heads.keyPitch(),
                    0,
                    to,
                    pitch);
        }
        long diagonal = y + start * heads.keyPitch() * Float.BYTES;
        for (int step = 0; step < own(rows); step += Attentions.STEP) {
            int height = Math.min(Attentions.STEP, rows - step);
            sgemm.run(
                    false,
                    true,
                    height,
                    step + height,
                    heads.size(),
                    factor,
                    x + step * heads.pitch() * Float.BYTES,
                    heads.pitch(),
                    diagonal,
                    heads.keyPitch(),
                    0,
                    to + (step * pitch + start) * Float.BYTES,
                    pitch);
        }
    }

    /** Rows of a block that see some of its keys only. */
    private int own(int rows) {
        return heads.isCausal() ? rows : 0;
    }

    /** y [rows, D] = weights x, as {@link #scores}. */
    private void mix(int start, int rows, long scores, long x, long y) {
        int common = heads.common(start);
        long pitch = Floats.pitch(heads.seen(start + rows - 1));
        int size = heads.size();
        if (common > 0) {
            sgemm.run(false, false, rows, size, common, 1, scores, pitch, x, heads.keyPitch(), 0, y, heads.pitch());
        }
        for (int step = 0; step < own(rows); step += Attentions.STEP) {
            int height = Math.min(Attentions.STEP, rows - step);
            sgemm.run(
                    false,
                    false,
                    height,
                    size,
                    step + height,
                    1,
                    scores + (step * pitch + start) * Float.BYTES,
                    pitch,
                    x + start * heads.keyPitch() * Float.BYTES,
                    heads.keyPitch(),
                    start > 0 ? 1 : 0,
                    y + step * heads.pitch() * Float.BYTES,
                    heads.pitch());
        }
    }

    /** y [keys, D] += weights' x, where {@code keep} is 1. */
    private void spread(int start, int rows, float keep, long scores, long x, long y) {
        int common = heads.common(start);
        long pitch = Floats.pitch(heads.seen(start + rows - 1));
        int size = heads.size();
        if (common > 0) {
            sgemm.run(true, false, common, size, rows, 1, scores, pitch, x, heads.pitch(), keep, y, heads.keyPitch());
        }
        long diagonal = y + start * heads.keyPitch() * Float.BYTES;
        for (int step = 0; step < own(rows); step += Attentions.STEP) {
            // These keys are seen from this step on.
            int width = Math.min(Attentions.STEP, rows - step);
            sgemm.run(
                    true,
                    false,
                    width,
                    size,
                    rows - step,
                    1,
                    scores + (step * pitch + start + step) * Float.BYTES,
                    pitch,
                    x + step * heads.pitch() * Float.BYTES,
                    heads.pitch(),
                    keep,
                    diagonal + step * heads.keyPitch() * Float.BYTES,
                    heads.keyPitch());
        }
    }

    /** All of one query head. Keys' gradients are added to what is there if {@code isAdded}. */
    void gradient(float scale, boolean isAdded, int b, int head, List<Operand> in, List<Operand> out) {
        long query = heads.query(b, head);
        long key = heads.key(b, head / heads.group());
        long dy = in.get(0).address() + query;
        long q = in.get(1).address() + query;
        long k = in.get(2).address() + key;
        long v = in.get(3).address() + key;
        long y = in.get(4).address() + query;
        long sums = in.get(5).address() + heads.sums(b, head);
        long dq = out.get(0).address() + query;
        long dk = out.get(1).address() + key;
        long dv = out.get(2).address() + key;
        // From the last block, which sees every key, to the first: so that it alone begins the keys' sums.
        for (int block = heads.blocks() - 1; block >= 0; block--) {
            int start = block * Attentions.BLOCK;
            int rows = Math.min(Attentions.BLOCK, heads.time() - start);
            float keep = isAdded || block < heads.blocks() - 1 ? 1 : 0;
            long first = start * heads.pitch() * Float.BYTES;
            scores(start, rows, scale, q + first, k, weights);
            scores(start, rows, 1, dy + first, v, gradients);
            shifts(rows, dy + first, y + first);
            softmaxGradients(start, rows, scale, sums);
            spread(start, rows, keep, weights, dy + first, dv);
            mix(start, rows, gradients, k, dq + first);
            spread(start, rows, keep, gradients, q + first, dk);
        }
    }

    /** Of each row the sum of dy * y, which is that of its weights times their gradients (Dao et al. 2022). */
    private void shifts(int rows, long dy, long y) {
        for (int row = 0; row < rows; row++) {
            long at = row * heads.pitch() * Float.BYTES;
            totals[row] = Floats.dot(dy + at, y + at, heads.size());
        }
    }

    /** From scores to weights, and from weights' gradients to scores'. */
    private void softmaxGradients(int start, int rows, float scale, long sums) {
        int keys = heads.seen(start + rows - 1);
        long pitch = Floats.pitch(keys) * Float.BYTES;
        for (int row = 0; row < rows; row++) {
            int seen = heads.seen(start + row);
            long hidden = row * pitch + (long) seen * Float.BYTES;
            float logSumExp = Memory.getFloat(sums + (start + row) * (long) Float.BYTES);
            SoftmaxRows.softmaxGradient(
                    weights + row * pitch, logSumExp, gradients + row * pitch, totals[row], scale, Floats.padded(seen));
            Floats.fill(weights + hidden, 0, keys - seen);
            Floats.fill(gradients + hidden, 0, keys - seen);
        }
    }
}
