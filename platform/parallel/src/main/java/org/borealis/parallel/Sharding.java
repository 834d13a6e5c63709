package org.borealis.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.parallel.Placement.Owned;
import org.borealis.parallel.Placement.Shard;
import org.borealis.tensor.Shape;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Which elements of a tensor each rank of a mesh has.
 *
 * @param cuts one after the other, each of what the one before has left
 */
@ProviderType
public record Sharding(Shape whole, List<Cut> cuts) {

    /** Where a tensor is along one axis. */
    public record Cut(Mesh.Axis axis, Placement at) {}

    public Sharding {
        cuts = List.copyOf(cuts);
    }

    /** Shape of what one rank has, if it has any. */
    public Shape local() {
        var shape = whole;
        for (var cut : cuts) {
            shape = cut.at().local(shape, cut.axis().ranks());
        }
        return shape;
    }

    /** Whether a rank has less than the whole. */
    public boolean isSplit() {
        return cuts.stream().anyMatch(cut -> cut.at() instanceof Shard);
    }

    /** Whether a rank has any of it: not where another one owns it. */
    public boolean isHere(Mesh mesh, int rank) {
        return cuts.stream()
                .noneMatch(cut -> cut.at() instanceof Owned(int owner)
                        && owner != mesh.index(rank, cut.axis().name()));
    }

    /** What is done with a run of elements that stand behind each other in the whole and in the part. */
    @FunctionalInterface
    public interface Run {
        /**
         * @param whole index of the first element in the whole tensor, row-major
         * @param local its index in what the rank has
         * @param length number of elements
         */
        void accept(long whole, long local, long length);
    }

    /** Goes through the elements that a rank has, if {@link #isHere it has any}, in their order there, in runs as long as possible. */
    public void runs(Mesh mesh, int rank, Run run) {
        int inner = whole.rank() - 1;
        while (inner >= 0 && isWhole(inner)) {
            inner--;
        }
        if (inner < 0) {
            run.accept(0, 0, whole.elements());
            return;
        }
        var indices = new int[inner + 1][];
        for (int dim = 0; dim <= inner; dim++) {
            indices[dim] = indices(dim, mesh, rank);
        }
        walk(indices, 0, 0, 0, run);
    }

    /** A box of the whole tensor, and the same elements as a box of what a rank has. */
    public record Part(Box whole, Box local) {}

    /** What a rank has, if {@link #isHere it has any}, as few boxes as possible: one, unless dims consist of blocks. */
    public List<Part> parts(Mesh mesh, int rank) {
        if (!isSplit()) {
            return List.of(new Part(Box.of(whole), Box.of(whole)));
        }
        var parts = List.of(new Part(Box.of(Shape.SCALAR), Box.of(Shape.SCALAR)));
        for (int dim = 0; dim < whole.rank(); dim++) {
            var own = indices(dim, mesh, rank);
            var longer = new ArrayList<Part>();
            for (var part : parts) {
                for (int i = 0; i < own.length; ) {
                    int end = endOfRun(own, i);
                    longer.add(new Part(with(part.whole(), own[i], end - i), with(part.local(), i, end - i)));
                    i = end;
                }
            }
            parts = longer;
        }
        return List.copyOf(parts);
    }

    /** A box with one more dim. */
    private static Box with(Box box, int first, int size) {
        return new Box(
                appended(box.offset(), first), new Shape(appended(box.shape().dims(), size)));
    }

    private static List<Integer> appended(List<Integer> list, int last) {
        return Stream.concat(list.stream(), Stream.of(last)).toList();
    }

    private static int endOfRun(int[] indices, int begin) {
        int end = begin + 1;
        while (end < indices.length && indices[end] == indices[end - 1] + 1) {
            end++;
        }
        return end;
    }

    private boolean isWhole(int dim) {
        return cuts.stream().noneMatch(cut -> cut.at() instanceof Shard(int d, int _) && d == dim);
    }

    /** For each index along a dim of the part, the index in the whole. */
    private int[] indices(int dim, Mesh mesh, int rank) {
        var indices = IntStream.range(0, whole.dim(dim)).toArray();
        for (var cut : cuts) {
            if (cut.at() instanceof Shard(int d, int blocks) && d == dim) {
                int ranks = cut.axis().ranks();
                int index = mesh.index(rank, cut.axis().name());
                int block = indices.length / blocks;
                int part = block / ranks;
                var before = indices;
                indices = IntStream.range(0, blocks * part)
                        .map(i -> before[i / part * block + index * part + i % part])
                        .toArray();
            }
        }
        return indices;
    }

    private long walk(int[][] indices, int dim, long base, long local, Run run) {
        long stride = whole.product(dim + 1, whole.rank());
        var own = indices[dim];
        if (dim < indices.length - 1) {
            for (int index : own) {
                local = walk(indices, dim + 1, base + index * stride, local, run);
            }
            return local;
        }
        for (int i = 0; i < own.length; ) {
            int end = endOfRun(own, i);
            long length = (end - i) * stride;
            run.accept(base + own[i] * stride, local, length);
            local += length;
            i = end;
        }
        return local;
    }
}
