package org.borealis.compiler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.borealis.parallel.Team;
import org.borealis.tensor.Collective.BroadcastFrom;
import org.borealis.tensor.Collective.Only;
import org.borealis.tensor.Collective.ReduceTo;
import org.borealis.tensor.Collective.Summand;
import org.borealis.tensor.Op;
import org.borealis.tensor.Program;

/**
 * Which values of a program only one rank of an axis has: what is marked as its own, what is summed up for it, and what follows from
 * these.
 */
final class Owners {
    private final List<Map<String, Integer>> byValue = new ArrayList<>();

    Owners(Program program) {
        program.inputs().forEach(_ -> byValue.add(Map.of()));
        for (var node : program.nodes()) {
            var owners = owners(node.op(), joined(node.inputs()));
            node.outputs().forEach(_ -> byValue.add(owners));
        }
    }

    private Map<String, Integer> joined(List<Integer> values) {
        Map<String, Integer> joined = Map.of();
        for (int value : values) {
            var owners = byValue.get(value);
            if (!owners.isEmpty() && !owners.equals(joined)) {
                joined = with(joined, owners);
            }
        }
        return joined;
    }

    private static Map<String, Integer> with(Map<String, Integer> some, Map<String, Integer> others) {
        var all = new HashMap<>(some);
        others.forEach((axis, rank) -> {
            if (!Objects.equals(all.merge(axis, rank, (a, _) -> a), rank)) {
                throw new IllegalStateException("what rank " + rank + " of axis " + axis
                        + " has is computed with what rank " + all.get(axis) + " has");
            }
        });
        return Map.copyOf(all);
    }

    private static Map<String, Integer> owners(Op op, Map<String, Integer> operands) {
        return switch (op) {
            case Only(var axis, int rank) -> with(operands, Map.of(axis, rank));
            case ReduceTo(var axis, int rank) -> with(operands, Map.of(axis, rank));
            case BroadcastFrom broadcast -> without(operands, broadcast.axis());
            case Summand summand -> without(operands, summand.axis());
            default -> operands;
        };
    }

    private static Map<String, Integer> without(Map<String, Integer> owners, String axis) {
        var others = new HashMap<>(owners);
        others.remove(axis);
        return Map.copyOf(others);
    }

    /** By axis, the rank that has a value; nothing for an axis on which all have it. */
    Map<String, Integer> of(int value) {
        return byValue.get(value);
    }

    /** Whether a rank has a value. */
    boolean isHere(int value, Team team) {
        return of(value).entrySet().stream().allMatch(owner -> team.index(owner.getKey()) == owner.getValue());
    }
}
