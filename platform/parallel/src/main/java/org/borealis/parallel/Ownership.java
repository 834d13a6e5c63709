package org.borealis.parallel;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Which rank updates a parameter that can't be updated in parts: each goes to the rank that has least so far, the largest first
 * (longest processing time, Graham 1969). The busiest rank has at most 4/3 - 1/(3 ranks) of what the best division would leave it.
 *
 * @param index of the parameter in {@code sizes}
 * @param sizes elements of all such parameters, in the order of the model; equal on all ranks
 */
@ProviderType
public record Ownership(int index, List<Long> sizes) {
    public Ownership {
        sizes = List.copyOf(sizes);
        if (index < 0 || index >= sizes.size()) {
            throw new IllegalArgumentException("no parameter " + index + " of " + sizes.size());
        }
    }

    private record Load(int rank, long elements) {}

    /** The owner among {@code ranks} ranks, from 0. Of equal sizes the first in the model goes first, of equal loads to the first rank. */
    public int owner(int ranks) {
        var loads = new PriorityQueue<>(Comparator.comparingLong(Load::elements).thenComparingInt(Load::rank));
        IntStream.range(0, ranks).forEach(rank -> loads.add(new Load(rank, 0)));
        var largestFirst = IntStream.range(0, sizes.size())
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(i -> -sizes.get(i)).thenComparing(i -> i))
                .toList();
        for (int i : largestFirst) {
            var least = loads.remove();
            if (i == index) {
                return least.rank();
            }
            loads.add(new Load(least.rank(), least.elements() + sizes.get(i)));
        }
        throw new IllegalStateException("parameter " + index + " was not among " + sizes.size());
    }
}
