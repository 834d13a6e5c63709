package org.borealis.checkpoints;

import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import org.borealis.parallel.Box;
import org.borealis.tensor.Shape;

/**
 * Parts of a tensor are the cells of a grid, because all ranks cut it at the same places. That is quickly checked: cells that end where the
 * next ones begin, none of them twice and as many as the grid has, neither overlap nor leave anything out.
 */
final class Grid {
    private Grid() {}

    /** @throws Broken if these parts are not the whole tensor, each element of it once */
    static void require(String tensor, Shape whole, List<Box> parts) throws Broken {
        if (parts.isEmpty()) {
            throw broken(tensor, whole, "has no part");
        }
        for (var part : parts) {
            part.requireWithin("tensor '" + tensor + "'", whole);
        }
        long cells = 1;
        for (int dim = 0; dim < whole.rank(); dim++) {
            var cuts = cuts(dim, parts);
            if (cuts.getFirst() > 0) {
                throw broken(tensor, whole, "lacks what is before " + cuts.getFirst() + " along dim " + dim);
            }
            for (var part : parts) {
                var next = cuts.higher(part.offset().get(dim));
                long end = next == null ? whole.dim(dim) : next;
                if (part.end(dim) != end) {
                    throw broken(
                            tensor,
                            whole,
                            "has the part " + part + ", which should end at " + end + " along dim " + dim + ", where "
                                    + (next == null ? "the tensor does" : "others begin"));
                }
            }
            cells = Math.min(cells * cuts.size(), Integer.MAX_VALUE);
        }
        var offsets = new HashSet<List<Integer>>();
        for (var part : parts) {
            if (!offsets.add(part.offset())) {
                throw broken(tensor, whole, "has the part " + part + " twice");
            }
        }
        if (parts.size() != cells) {
            throw broken(tensor, whole, "has " + parts.size() + " of its " + cells + " parts");
        }
    }

    private static TreeSet<Integer> cuts(int dim, List<Box> parts) {
        var cuts = new TreeSet<Integer>();
        parts.forEach(part -> cuts.add(part.offset().get(dim)));
        return cuts;
    }

    private static Broken broken(String tensor, Shape whole, String problem) {
        return new Broken("tensor '" + tensor + "' " + whole + " " + problem);
    }
}
