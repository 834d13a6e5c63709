package org.borealis.backend.onednn;

import java.util.List;

/** One thread's share of attention: scratch for a block of scores, and the steps on one block. */
final class AttentionWorker {
    private final Sgemm sgemm = new Sgemm();
    private final Attentions.Heads heads;
    private final long weights;
    private final long gradients;
    private final float[] totals = new float[Attentions.block()];

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
        int rows = Math.min(Attentions.block(), heads.time() - start);
        int keys = start + rows;
        int size = heads.size();
        long pitch = Floats.pitch(keys);
        long first = start * heads.pitch() * Float.BYTES;
        scores(rows, keys, scale, q + first, k);
        for (int row = 0; row < rows; row++) {
            totals[row] = softmax(weights + row * pitch * Float.BYTES, start + row + 1, keys, sums);
        }
        sgemm.run(false, false, rows, size, keys, 1, weights, pitch, v, heads.keyPitch(), 0, y + first, heads.pitch());
        for (int row = 0; row < rows; row++) {
            Floats.scale(y + first + row * heads.pitch() * Float.BYTES, 1 / totals[row], size);
        }
    }

    /** From scores to weights that are yet to be divided by the sum that this gives. */
    private static float softmax(long row, int seen, int keys, long sums) {
        long padded = Floats.padded(seen);
        long hidden = row + (long) seen * Float.BYTES;
        Floats.fill(hidden, Float.NEGATIVE_INFINITY, padded - seen);
        float highest = Softmax.max(row, padded);
        float sum = Softmax.exponentials(row, highest, padded);
        Floats.fill(hidden, 0, keys - seen);
        Memory.putFloat(sums + (seen - 1L) * Float.BYTES, (float) (highest + Math.log(sum)));
        return sum;
    }

    private void scores(int rows, int keys, float scale, long q, long k) {
        long pitch = Floats.pitch(keys);
        sgemm.run(
                false, true, rows, keys, heads.size(), scale, q, heads.pitch(), k, heads.keyPitch(), 0, weights, pitch);
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
            int start = block * Attentions.block();
            int rows = Math.min(Attentions.block(), heads.time() - start);
            int keys = start + rows;
            float keep = isAdded || block < heads.blocks() - 1 ? 1 : 0;
            long first = start * heads.pitch() * Float.BYTES;
            scores(rows, keys, scale, q + first, k);
            weightGradients(rows, keys, dy + first, v);
            shifts(rows, dy + first, y + first);
            softmaxGradients(start, rows, scale, sums);
            products(rows, keys, keep, dy + first, q + first, k, dq + first, dk, dv);
        }
    }

    private void weightGradients(int rows, int keys, long dy, long v) {
        long pitch = Floats.pitch(keys);
        sgemm.run(
                false, true, rows, keys, heads.size(), 1, dy, heads.pitch(), v, heads.keyPitch(), 0, gradients, pitch);
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
        int keys = start + rows;
        long pitch = Floats.pitch(keys) * Float.BYTES;
        for (int row = 0; row < rows; row++) {
            int seen = start + row + 1;
            long hidden = row * pitch + (long) seen * Float.BYTES;
            float logSumExp = Memory.getFloat(sums + (seen - 1L) * Float.BYTES);
            Softmax.softmaxGradient(
                    weights + row * pitch, logSumExp, gradients + row * pitch, totals[row], scale, Floats.padded(seen));
            Floats.fill(weights + hidden, 0, keys - seen);
            Floats.fill(gradients + hidden, 0, keys - seen);
        }
    }

    private void products(int rows, int keys, float keep, long dy, long q, long k, long dq, long dk, long dv) {
        int size = heads.size();
        long pitch = heads.pitch();
        long keyPitch = heads.keyPitch();
        long scorePitch = Floats.pitch(keys);
        sgemm.run(true, false, keys, size, rows, 1, weights, scorePitch, dy, pitch, keep, dv, keyPitch);
        sgemm.run(false, false, rows, size, keys, 1, gradients, scorePitch, k, keyPitch, 0, dq, pitch);
        sgemm.run(true, false, keys, size, rows, 1, gradients, scorePitch, q, pitch, keep, dk, keyPitch);
    }
}
