package org.borealis.loops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The elements of one value in the order of some loops, as runs of equal stride. */
final class Walk {
    private final long[] sizes;
    private final long[] strides;

    /** @param loops to walk, outermost first, of all that there are */
    Walk(List<Integer> loops, List<Long> allSizes, List<Long> allStrides) {
        var size = new ArrayList<Long>();
        var stride = new ArrayList<Long>();
        for (int loop : loops) {
            int last = size.size() - 1;
            if (last >= 0 && stride.get(last) == allStrides.get(loop) * allSizes.get(loop)) {
                size.set(last, size.get(last) * allSizes.get(loop));
                stride.set(last, allStrides.get(loop));
            } else {
                size.add(allSizes.get(loop));
                stride.add(allStrides.get(loop));
            }
        }
        if (size.isEmpty()) {
            size.add(1L);
            stride.add(0L);
        }
        sizes = size.stream().mapToLong(s -> s).toArray();
        strides = stride.stream().mapToLong(s -> s).toArray();
    }

    boolean isLike(Walk other) {
        return Arrays.equals(sizes, other.sizes) && Arrays.equals(strides, other.strides);
    }

    /** Whether all elements lie one behind the other, from the first on. */
    boolean isOnePiece() {
        return sizes.length == 1 && strides[0] == 1;
    }

    /** What is done with a run. */
    interface Run {
        void run(Scratch scratch, int start, long element, long stride, int count);
    }

    /** The first element, if so many lie in one piece; else -1. */
    long whole(long start, int count) {
        int last = sizes.length - 1;
        long within = last == 0 ? start : start % sizes[last];
        if (strides[last] != 1 || count > sizes[last] - within) {
            return -1;
        }
        return element(start, within);
    }

    private long element(long start, long within) {
        long rest = start;
        long element = within * strides[sizes.length - 1];
        for (int d = sizes.length - 2; d >= 0; d--) {
            rest /= sizes[d + 1];
            element += (d == 0 ? rest : rest % sizes[d]) * strides[d];
        }
        return element;
    }

    void each(Scratch scratch, long start, int count, Run run) {
        int last = sizes.length - 1;
        for (int done = 0; done < count; ) {
            long rest = start + done;
            long within = last == 0 ? rest : rest % sizes[last];
            int length = (int) Math.min(count - done, sizes[last] - within);
            run.run(scratch, done, element(rest, within), strides[last], length);
            done += length;
        }
    }
}
