package org.borealis.compiler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.borealis.tensor.composite.Fusion;
import org.jspecify.annotations.Nullable;

/**
 * Parts the nodes of a program into fusions. Nodes that go over many elements come first and take what lies between them along; each in
 * program order joins the groups that it continues, the latest first. In the end groups that read the same join.
 *
 * <p>No path leaves a group and comes back, so that each can run as one.
 */
final class Groups {
    /** Bounds the time that growing a group takes, and the size of a kernel. */
    private static final int MOST_NODES = 64;

    /** How many nodes a fusion may move in the program: what lies between waits, and holds memory. */
    private static final int FARTHEST = 64;

    private final Dataflow flow;
    private final Predicate<Fusion> claims;
    private final Map<Fusion, Boolean> asked = new HashMap<>();
    private final @Nullable BitSet[] groupOf;
    private final List<BitSet> wide = new ArrayList<>();
    private final Set<Pair> tried = new HashSet<>();

    /** Two groups, as they are. */
    private record Pair(BitSet one, BitSet other) {}

    private Groups(Dataflow flow, Predicate<Fusion> claims) {
        this.flow = flow;
        this.claims = claims;
        groupOf = new BitSet[flow.program.nodes().size()];
    }

    /** Groups that the oracle claims and that are worth it. */
    static List<FusionBody> of(Dataflow flow, Predicate<Fusion> claims) {
        var groups = new Groups(flow, claims);
        var nodes = IntStream.range(0, flow.program.nodes().size())
                .filter(flow::isFusible)
                .boxed()
                .sorted(Comparator.comparingLong((Integer n) -> -flow.space(n)).thenComparing(n -> n))
                .toList();
        nodes.forEach(groups::place);
        nodes.forEach(groups::pair);
        return groups.worthwhile();
    }

    private List<FusionBody> worthwhile() {
        var found = new ArrayList<FusionBody>();
        for (int n = 0; n < groupOf.length; n++) {
            var group = groupOf[n];
            if (group != null && group.nextSetBit(0) == n) {
                var body = FusionBody.of(flow, group);
                if (body.work() > 1 && isClaimed(body)) {
                    found.add(body);
                }
            }
        }
        return found;
    }

    private boolean isClaimed(FusionBody body) {
        return asked.computeIfAbsent(body.fusion(), claims::test);
    }

    private void place(int n) {
        if (groupOf[n] != null) {
            return; // lies between nodes of a group that is there already
        }
        groupOf[n] = group(n);
        sources(n).forEach(source -> joinGroupOf(n, source));
    }

    /** Joins groups that read the same large value, though neither reads the other. */
    private void pair(int n) {
        flow.wholeOperands(n)
                .flatMap(v -> flow.readers(v).stream())
                .filter(m -> m < n && isMate(n, m))
                .sorted(Comparator.reverseOrder())
                .forEach(m -> joinGroupOf(n, m));
    }

    /** Nodes whose groups this one continues, latest first: what it reads, directly or through smaller nodes. */
    private List<Integer> sources(int n) {
        var sources = new TreeSet<Integer>(Comparator.reverseOrder());
        var between = new HashSet<Integer>();
        var open = new ArrayDeque<Integer>(List.of(n));
        while (!open.isEmpty()) {
            for (int source : flow.before(open.pop())) {
                if (isMate(n, source)) {
                    sources.add(source);
                } else if (isBetween(n, source) && between.add(source)) {
                    open.add(source);
                }
            }
        }
        return List.copyOf(sources);
    }

    /** The group of a node, or the node alone. */
    private BitSet group(int node) {
        var group = groupOf[node];
        if (group != null) {
            return group;
        }
        var alone = new BitSet();
        alone.set(node);
        return alone;
    }

    private boolean isMate(int n, int other) {
        return flow.isFusible(other)
                && flow.space(other) == flow.space(n)
                && flow.runTogether(n, other)
                && groupOf[other] != null;
    }

    /** Whether a node may be taken into a group of larger nodes because it lies between them. */
    private boolean isBetween(int n, int other) {
        return flow.isFusible(other)
                && flow.space(other) < flow.space(n)
                && flow.runTogether(n, other)
                && groupOf[other] == null;
    }

    private void joinGroupOf(int n, int m) {
        var one = group(n);
        var other = group(m);
        if (one != other && one.nextSetBit(0) - other.length() < FARTHEST && tried.add(new Pair(one, other))) {
            join(one, other);
        }
    }

    private void join(BitSet one, BitSet other) {
        var union = (BitSet) one.clone();
        union.or(other);
        int n = union.nextSetBit(0);
        var between = between(union);
        if (union.cardinality() + between.cardinality() > MOST_NODES
                || !between.stream().allMatch(m -> isBetween(n, m))) {
            return;
        }
        union.or(between);
        if (holdsUp(union) || !isClaimed(FusionBody.of(flow, union))) {
            return;
        }
        wide.removeIf(group -> group == one || group == other);
        wide.add(union);
        union.stream().forEach(m -> groupOf[m] = union);
    }

    /** Nodes outside that lie on a path from the group to itself. */
    private BitSet between(BitSet group) {
        int end = end(group.length() - 1);
        var reached = new BitSet();
        walk(group, reached, flow::after, node -> node <= end);
        var between = new BitSet();
        if (!reached.isEmpty()) {
            walk(group, between, n -> IntStream.of(flow.before(n)).boxed().toList(), reached::get);
        }
        return between;
    }

    /** A node at or behind this one behind which nothing leads back: no group stands on both sides. */
    private int end(int node) {
        int end = node;
        for (var group : wide) {
            if (group.nextSetBit(0) <= node) {
                end = Math.max(end, group.length() - 1);
            }
        }
        return end == node ? end : end(end);
    }

    private interface Edges {
        List<Integer> of(int node);
    }

    /** Marks nodes that edges lead to from a group, groups as a whole. */
    private void walk(BitSet group, BitSet marked, Edges edges, Predicate<Integer> isOfInterest) {
        Deque<BitSet> open = new ArrayDeque<>(List.of(group));
        while (!open.isEmpty()) {
            var from = open.pop();
            for (int n = from.nextSetBit(0); n >= 0; n = from.nextSetBit(n + 1)) {
                for (int next : edges.of(n)) {
                    if (!marked.get(next) && !group.get(next) && isOfInterest.test(next)) {
                        var whole = group(next);
                        marked.or(whole);
                        open.add(whole);
                    }
                }
            }
        }
    }

    /** Whether something that reads from the group would have to wait long for what the group reads. */
    private boolean holdsUp(BitSet group) {
        int ready = group.stream()
                .flatMap(n -> IntStream.of(flow.before(n)))
                .filter(n -> !group.get(n))
                .max()
                .orElse(-1);
        return group.stream()
                .flatMap(n -> flow.after(n).stream().mapToInt(i -> i))
                .anyMatch(n -> !group.get(n) && n + FARTHEST < ready);
    }
}
