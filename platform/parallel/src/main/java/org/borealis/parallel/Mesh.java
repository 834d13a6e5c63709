package org.borealis.parallel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.borealis.tensor.BorealisException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The ranks of a job as a grid with named axes. Ranks are numbered in row-major order: neighbours on the last axis have neighbouring
 * numbers, so the axis that talks most stands last.
 */
@ProviderType
public record Mesh(List<Axis> axes) {

    /** One direction of the grid, with how many ranks stand along it. */
    public record Axis(String name, int ranks) {
        public Axis {
            if (!name.matches("[a-z][a-zA-Z0-9]*")) {
                throw bad("an axis is named by letters and digits, such as 'data'; got '" + name + "'");
            }
            if (ranks < 1) {
                throw bad("axis " + name + " needs at least 1 rank; got " + ranks);
            }
        }

        @Override
        public String toString() {
            return name + "=" + ranks;
        }
    }

    /** A single rank. */
    public static final Mesh SINGLE = new Mesh(List.of());

    public Mesh {
        axes = List.copyOf(axes);
        var names = new HashSet<String>();
        for (var axis : axes) {
            if (!names.add(axis.name())) {
                throw bad("axis " + axis.name() + " stands there twice");
            }
        }
        long product = 1;
        for (var axis : axes) {
            product *= axis.ranks();
            if (product > Integer.MAX_VALUE) {
                throw bad("more ranks than " + Integer.MAX_VALUE);
            }
        }
    }

    /** Reads {@code pipeline=2,data=4,tensor=2}; an empty text is a single rank. */
    public static Mesh parse(String text) {
        var axes = new ArrayList<Axis>();
        for (var part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            var sides = part.strip().split("=", -1);
            if (sides.length != 2 || !sides[1].strip().matches("[0-9]{1,9}")) {
                throw bad("wanted axes with their ranks, such as pipeline=2,data=4,tensor=2; got '" + text + "'");
            }
            axes.add(new Axis(sides[0].strip(), Integer.parseInt(sides[1].strip())));
        }
        return new Mesh(axes);
    }

    private static BorealisException bad(String complaint) {
        return new BorealisException("mesh", "mesh: " + complaint);
    }

    /** How many ranks there are. */
    public int size() {
        return axes.stream().mapToInt(Axis::ranks).reduce(1, (a, b) -> a * b);
    }

    /** Ranks along an axis; 1 for an axis that the mesh does not have. */
    public int ranks(String axis) {
        return axes.stream()
                .filter(a -> a.name().equals(axis))
                .mapToInt(Axis::ranks)
                .findFirst()
                .orElse(1);
    }

    /** Where along an axis a rank stands, from 0; 0 for an axis that the mesh does not have. */
    public int index(int rank, String axis) {
        return rank / stride(axis) % ranks(axis);
    }

    /** The ranks that stand on one line with {@code rank} along an axis, itself included, in the order of the axis. */
    public List<Integer> line(int rank, String axis) {
        int stride = stride(axis);
        int first = rank - index(rank, axis) * stride;
        return IntStream.range(0, ranks(axis)).mapToObj(i -> first + i * stride).toList();
    }

    private int stride(String axis) {
        int stride = 1;
        for (int i = axes.size() - 1; i >= 0; i--) {
            if (axes.get(i).name().equals(axis)) {
                return stride;
            }
            stride *= axes.get(i).ranks();
        }
        return 1;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return axes.stream().map(Axis::toString).collect(Collectors.joining(","));
    }
}
