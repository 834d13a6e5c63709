package org.borealis.benchmarks.parallel;

import java.util.HashMap;
import java.util.Map;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Spread;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.ring.Ring;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.parallel.ulysses.Ulysses;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.Settings;

/** Meshes as recipes have them. */
final class Layout {
    private Layout() {}

    /** Ranks with batches of their own. */
    static Spread data(int ranks, int zero, boolean isExact) {
        return of("data=" + ranks, Map.of("zero", zero), isExact);
    }

    /**
     * Ranks along one axis.
     *
     * @param mesh such as {@code ulysses=4}; ranks along an axis {@code pipeline} need no strategy
     * @param settings of the axis
     */
    static Spread of(String mesh, Map<String, ?> settings, boolean isExact) {
        var parsed = Mesh.parse(mesh);
        var strategies = new HashMap<String, ParallelStrategy>();
        for (var axis : parsed.axes()) {
            if (axis.ranks() > 1 && !axis.name().equals("pipeline")) {
                strategies.put(axis.name(), strategy(axis.name(), settings));
            }
        }
        return new Spread(parsed, strategies, isExact);
    }

    private static ParallelStrategy strategy(String axis, Map<String, ?> settings) {
        return switch (axis) {
            case "data" -> new DataParallel(Settings.of(DataParallel.Config.class, settings));
            case "tensor" -> new TensorParallel(Settings.of(TensorParallel.Config.class, settings));
            case "ulysses" -> new Ulysses();
            case "ring" -> new Ring();
            default -> throw new BorealisException("benchmark", "no strategy for axis " + axis);
        };
    }
}
