package org.borealis.backend.onednn;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.borealis.tensor.DataType;

/**
 * Attention and its gradient, a few query rows of one head at a time, which see all keys, or those up to their own diagonal only.
 * Scores never leave the cache of the worker that made them. Workers take the next piece when they are free; what each piece gives does
 * not depend on who takes it.
 */
final class Attentions {
    /** Query rows at a time: with 1024 keys, a block of scores and one of gradients take half of a 2 MB cache. */
    static final int BLOCK = 128;

    /** Rows of a block that see the keys of their own block up to the same one; a product of fewer rows is slower than what it saves. */
    static final int STEP = 64;

    private Attentions() {}

    /**
     * Sizes, and where a head's rows are: {@code [B, T, H, D]} is read in place, from row to row a pitch of H * D.
     *
     * @param isCausal whether a query sees no key that comes after it
     */
    record Heads(int batch, int time, int keys, int heads, int keyHeads, int size, boolean isCausal) {
        static Heads of(Operand q, Operand k, boolean isCausal) {
            return new Heads(q.dim(0), q.dim(1), k.dim(1), q.dim(2), k.dim(2), q.dim(3), isCausal);
        }

        /** Keys that all rows of a block see: those before it. */
        int common(int start) {
            return isCausal ? start : keys;
        }

        /** Keys that a row sees. */
        int seen(int row) {
            return isCausal ? row + 1 : keys;
        }

        int group() {
            return heads / keyHeads;
        }

        long pitch() {
            return (long) heads * size;
        }

        long keyPitch() {
            return (long) keyHeads * size;
        }

        /** Bytes before the first row of a query head. */
        long query(int b, int head) {
            return ((long) b * time * heads + head) * size * Float.BYTES;
        }

        /** Bytes before the first row of a key head. */
        long key(int b, int keyHead) {
            return ((long) b * keys * keyHeads + keyHead) * size * Float.BYTES;
        }

        /** Bytes before the sums of a query head, in [B, H, T]. */
        long sums(int b, int head) {
            return ((long) b * heads + head) * time * Float.BYTES;
        }

        int blocks() {
            return Math.ceilDiv(time, BLOCK);
        }

        /** Bytes of one block of scores. */
        long scores() {
            return Math.min(BLOCK, time) * Floats.pitch(keys) * Float.BYTES;
        }
    }

    static void forward(Binding binding, double scale, boolean isCausal, List<Operand> in, List<Operand> out) {
        var q = binding.as(DataType.FLOAT32, in.get(0));
        var k = binding.as(DataType.FLOAT32, in.get(1));
        var v = binding.as(DataType.FLOAT32, in.get(2));
        var y = wide(binding, out.get(0));
        var heads = Heads.of(q, k, isCausal);
        int blocks = heads.blocks();
        share(binding, heads.batch() * heads.heads() * blocks, 1, heads, worker -> piece -> {
            // The long blocks first, so that no worker is left with one at the end.
            int block = blocks - 1 - piece / (heads.batch() * heads.heads());
            int b = piece / heads.heads() % heads.batch();
            int head = piece % heads.heads();
            worker.forward(
                    block * BLOCK,
                    (float) scale,
                    q.address() + heads.query(b, head),
                    k.address() + heads.key(b, head / heads.group()),
                    v.address() + heads.key(b, head / heads.group()),
                    y.address() + heads.query(b, head),
                    out.get(1).address() + heads.sums(b, head));
        });
        narrow(binding, y, out.get(0));
    }

    static void gradient(Binding binding, double scale, boolean isCausal, List<Operand> in, List<Operand> out) {
        var wideIn = in.stream().map(x -> binding.as(DataType.FLOAT32, x)).toList();
        var wideOut = out.stream().map(x -> wide(binding, x)).toList();
        var heads = Heads.of(wideIn.get(1), wideIn.get(2), isCausal);
        share(binding, heads.batch() * heads.keyHeads(), 2, heads, worker -> piece -> {
            int b = piece / heads.keyHeads();
            int keyHead = piece % heads.keyHeads();
            for (int g = 0; g < heads.group(); g++) {
                int head = keyHead * heads.group() + g;
                worker.gradient((float) scale, g > 0, b, head, wideIn, wideOut);
            }
        });
        for (int i = 0; i < out.size(); i++) {
            narrow(binding, wideOut.get(i), out.get(i));
        }
    }

    private static Operand wide(Binding binding, Operand out) {
        return out.elements() == DataType.FLOAT32
                ? out
                : binding.scratch(out.type().as(DataType.FLOAT32));
    }

    private static void narrow(Binding binding, Operand wide, Operand out) {
        if (wide != out) {
            binding.convert(wide, out);
        }
    }

    /** What one worker does of many pieces. */
    private interface Share {
        java.util.function.IntConsumer of(AttentionWorker worker);
    }

    /** Adds a step in which each worker, with scratch memory of its own, takes piece after piece. */
    private static void share(Binding binding, int pieces, int blocks, Heads heads, Share share) {
        int count = Math.min(pieces, binding.workers());
        var tasks = IntStream.range(0, count)
                .mapToObj(i -> new AttentionWorker(
                        heads, binding.scratch(heads.scores()), blocks > 1 ? binding.scratch(heads.scores()) : 0))
                .map(share::of)
                .toArray(java.util.function.IntConsumer[]::new);
        var next = new AtomicInteger();
        binding.step(() -> next.set(0));
        binding.withOnednn(count, task -> {
            for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                tasks[task].accept(piece);
            }
        });
    }
}
