package org.borealis.compiler;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.Tensor;

/** Common-subexpression removal: computes equal operations on equal inputs once. */
final class Share {
    /** How many nodes apart pointwise operations are still shared by {@link #near}. */
    private static final int REACH = 64;

    /** Fewer elements than this are no burden to keep. */
    private static final long MANY = 4096;

    private final int reach;
    private final Map<Key, Known> known = new HashMap<>();
    private final Set<Tensor> constants = new HashSet<>();
    private int index;

    private Share(int reach) {
        this.reach = reach;
    }

    private record Key(Op op, List<Tensor> inputs) {}

    /** @param lastUse index of the node that asked for it last */
    private record Known(List<Tensor> outputs, int lastUse) {}

    static Program of(Program program) {
        return Rewrite.of(program, new Share(program.nodes().size())::apply);
    }

    /**
     * As {@link #of}, but for large pointwise operations far apart: within a fusion they cost next to nothing, while keeping the first
     * result for the second, as from the forward to the backward pass, takes memory and a pass over it each time.
     */
    static Program near(Program program) {
        return Rewrite.of(program, new Share(REACH)::apply);
    }

    private List<Tensor> apply(Program.Builder builder, Node node, List<Tensor> inputs) {
        index++;
        if (node.op() instanceof Collective) {
            return builder.apply(node.op(), inputs); // what is gathered twice was dropped in between, on purpose
        }
        var key = new Key(node.op(), inputs);
        var found = known.get(key);
        var outputs = found != null && (index - found.lastUse() <= reach || !isCheap(node, found))
                ? found.outputs()
                : builder.apply(node.op(), inputs);
        known.put(key, new Known(outputs, index));
        if (constants.containsAll(inputs)) {
            constants.addAll(outputs);
        }
        return outputs;
    }

    private boolean isCheap(Node node, Known found) {
        boolean isPointwise = switch (node.op()) {
            case Unary _, Binary _, Select _, Convert _ -> true;
            default -> false;
        };
        return isPointwise
                && node.outputs().get(0).shape().elements() >= MANY
                && !constants.containsAll(found.outputs());
    }
}
