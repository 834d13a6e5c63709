package org.borealis.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How a run is spread over a mesh: a strategy for each axis.
 *
 * @param strategies by axis name; an axis without one splits no tensors
 * @param isExact whether sums over ranks are made in the order of the ranks, so that adding up batches gives the same bits however many
 *     ranks share them
 */
@ProviderType
public record Spread(Mesh mesh, Map<String, ParallelStrategy> strategies, boolean isExact) {
    /** One rank that has everything. */
    public static final Spread NONE = new Spread(Mesh.SINGLE, Map.of(), false);

    public Spread {
        strategies = Map.copyOf(strategies);
        for (var name : strategies.keySet()) {
            if (mesh.axes().stream().noneMatch(a -> a.name().equals(name))) {
                throw new BorealisException("mesh", "mesh '" + mesh + "' has no axis " + name);
            }
        }
        var batches = batchAxes(mesh, strategies);
        if (isExact && batches.size() > 1) {
            throw new BorealisException(
                    "mesh",
                    "reduction: exact sums over one axis of batches, and the mesh '" + mesh + "' has " + batches);
        }
    }

    /** Axes that split tensors, in the order in which they do: the last of the mesh first, as the first, such as data, cuts what is left. */
    public List<Mesh.Axis> axes() {
        return axes(mesh, strategies);
    }

    private static List<Mesh.Axis> axes(Mesh mesh, Map<String, ParallelStrategy> strategies) {
        return mesh.axes().reversed().stream()
                .filter(a -> a.ranks() > 1 && strategies.containsKey(a.name()))
                .toList();
    }

    /**
     * What each rank keeps of a tensor.
     *
     * @throws org.borealis.tensor.ShapeException if it can't be cut as a strategy has to
     */
    public Sharding sharding(Held whole) {
        var cuts = new ArrayList<Sharding.Cut>();
        var held = whole;
        for (var axis : axes()) {
            var at = strategy(axis).kept(held, axis.ranks());
            cuts.add(new Sharding.Cut(axis, at));
            held = held.in(at.local(held.shape(), axis.ranks()));
        }
        return new Sharding(whole.shape(), cuts);
    }

    /** What each rank has of a batch [B, T]. */
    public Sharding batch(Shape whole) {
        var cuts = new ArrayList<Sharding.Cut>();
        for (var axis : axes()) {
            cuts.add(new Sharding.Cut(axis, strategy(axis).batch(axis.ranks())));
        }
        return new Sharding(whole, cuts);
    }

    /** Axes on which every rank has batches of its own. */
    public List<Mesh.Axis> batchAxes() {
        return batchAxes(mesh, strategies);
    }

    private static List<Mesh.Axis> batchAxes(Mesh mesh, Map<String, ParallelStrategy> strategies) {
        return axes(mesh, strategies).stream()
                .filter(a -> strategies.get(a.name()) instanceof ParallelStrategy strategy
                        && strategy.batch(a.ranks()) instanceof Placement.Varying)
                .toList();
    }

    /** The strategy of an axis that has one. */
    public ParallelStrategy strategy(Mesh.Axis axis) {
        var strategy = strategies.get(axis.name());
        if (strategy == null) {
            throw new IllegalArgumentException("axis " + axis + " has no strategy");
        }
        return strategy;
    }

    /** How many batches there are at once. */
    public int batches() {
        return batchAxes().stream().mapToInt(Mesh.Axis::ranks).reduce(1, (a, b) -> a * b);
    }

    /** Which of the batches is this rank's, from 0. */
    public int batch(int rank) {
        int index = 0;
        for (var axis : mesh.axes()) {
            if (batchAxes().contains(axis)) {
                index = index * axis.ranks() + mesh.index(rank, axis.name());
            }
        }
        return index;
    }

    /** Type of what each rank keeps of a tensor. */
    public TensorType local(Held whole, TensorType type) {
        return type.in(sharding(whole).local());
    }
}
