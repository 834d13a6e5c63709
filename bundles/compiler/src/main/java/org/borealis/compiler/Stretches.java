package org.borealis.compiler;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.device.Rematerialisation;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation;
import org.borealis.tensor.composite.LayerEnd;

/**
 * The forward pass cut at its layer ends: 0 is what comes before the first, and needs no layer to be computed, such as angles of
 * positions; the last is what comes behind the last, and is used by the backward pass at once. These two are always kept.
 */
final class Stretches {
    private final Program program;
    private final int nodes;
    private final int[] stretch;
    private final BitSet kept = new BitSet();
    private int last;

    /** @param nodes how many make up the forward pass */
    Stretches(Program program, int nodes, Rematerialisation policy) {
        this.program = program;
        this.nodes = nodes;
        this.stretch = new int[program.values()];
        switch (policy) {
            case Rematerialisation.None _ -> {} // one stretch, all of it kept
            case Rematerialisation.Every(int layers) -> cut(layers);
            case Rematerialisation.Selective _ -> {
                cut(1);
                keepProducts();
            }
        }
    }

    private void cut(int layers) {
        var forward = program.nodes().subList(0, nodes);
        long ends =
                forward.stream().filter(node -> node.op() instanceof LayerEnd).count();
        int end = 0;
        for (var node : forward) {
            int at = node.inputs().stream().mapToInt(v -> stretch[v]).max().orElse(0);
            if (node.op() instanceof LayerEnd) {
                boolean cuts = end % layers == 0 || end == ends - 1;
                end++;
                if (cuts) {
                    at = ++last;
                    kept.set(node.first());
                    kept.set(node.inputs().get(0)); // the same memory
                }
            } else {
                keepEarlier(node, at); // so that no stretch has to be computed again for a later one
            }
            Arrays.fill(stretch, node.first(), node.first() + node.outputs().size(), at);
        }
    }

    private void keepEarlier(Node node, int at) {
        node.inputs().stream().filter(v -> stretch[v] < at).forEach(kept::set);
    }

    private void keepProducts() {
        var known = new HashMap<List<Object>, Boolean>();
        for (var node : program.nodes().subList(0, nodes)) {
            var types = node.inputs().stream().map(program::type).toList();
            if (multiplies(node.op(), types, known)) {
                kept.set(node.first(), node.first() + node.outputs().size());
            }
        }
    }

    private static boolean multiplies(Op op, List<TensorType> types, Map<List<Object>, Boolean> known) {
        if (!(op instanceof Composite composite) || op instanceof Factorisation) {
            return op instanceof MatMul || op instanceof Factorisation; // at least as dear
        }
        var key = List.<Object>of(op, types);
        var answer = known.get(key);
        if (answer == null) {
            var body = Program.trace(op.label(), types, composite::decompose);
            answer = body.nodes().stream()
                    .anyMatch(node -> multiplies(
                            node.op(), node.inputs().stream().map(body::type).toList(), known));
            known.put(key, answer);
        }
        return answer;
    }

    /** Whether the backward pass finds the value as it was computed in the forward pass. */
    boolean isKept(int value) {
        return isAlways(value) || kept.get(value);
    }

    /** Whether nothing on either side of it is computed again. */
    boolean isAlways(int value) {
        return stretch[value] == 0 || stretch[value] == last;
    }
}
