package org.borealis.jobs;

import java.util.stream.Collectors;
import org.borealis.parallel.Mesh;
import org.borealis.tensor.BorealisException;

/** The mesh that a job runs on: the recipe's, or data parallel over all ranks. */
final class JobMesh {
    private static final String DATA = "data";

    private JobMesh() {}

    /**
     * @param recipe the recipe's mesh; without axes if it has none
     * @param ranks as asked for; 0 takes as many as the mesh has
     */
    static Mesh of(Mesh recipe, int ranks) {
        if (recipe.axes().isEmpty() && ranks > 1) {
            return Mesh.parse(DATA + "=" + ranks);
        }
        if (ranks > 0 && ranks != recipe.size()) {
            throw new BorealisException(
                    "launch-ranks",
                    "the mesh " + recipe + " has " + recipe.size() + " ranks, and --ranks says " + ranks
                            + "; leave --ranks out, or give a mesh with --set mesh=");
        }
        return recipe;
    }

    /** The mesh with the next smaller data axis that divides this one; the same mesh if there is none. */
    static Mesh smaller(Mesh mesh) {
        int now = mesh.ranks(DATA);
        int next = now - 1;
        while (next > 1 && now % next != 0) {
            next--;
        }
        int fewer = Math.max(1, next);
        return Mesh.parse(mesh.axes().stream()
                .map(axis -> axis.name() + "=" + (axis.name().equals(DATA) ? fewer : axis.ranks()))
                .collect(Collectors.joining(",")));
    }
}
