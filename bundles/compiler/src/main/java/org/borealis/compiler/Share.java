package org.borealis.compiler;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private final Program program;
    private final int reach;
    private final Map<Key, Known> known = new HashMap<>();
    /** Values of the new program that depend on no input. */
    private final BitSet constants = new BitSet();

    private int index;

    private Share(Program program, int reach) {
        this.program = program;
        this.reach = reach;
    }

    private record Key(Op op, List<Integer> inputs) {}

    /** @param lastUse index of the node that asked for it last */
    private record Known(List<Tensor> outputs, int lastUse) {}

    static Program of(Program program) {
        return Rewrite.of(program, new Share(program, program.nodes().size())::apply);
    }

    /**
     * As {@link #of}, but for large pointwise operations far apart: within a fusion they cost next to nothing, while keeping the first
     * result for the second, as from the forward to the backward pass, takes memory and a pass over it each time.
     */
    static Program near(Program program) {
        return Rewrite.of(program, new Share(program, REACH)::apply);
    }

    private List<Tensor> apply(Program.Builder builder, Node node, List<Tensor> inputs) {
        index++;
        if (node.op() instanceof Collective) {
            return builder.repeat(program, node, inputs); // what is gathered twice was dropped in between, on purpose
        }
        var key = new Key(node.op(), ids(inputs));
        var found = known.get(key);
        var outputs = found != null && (index - found.lastUse() <= reach || !isCheap(node, found))
                ? found.outputs()
                : builder.repeat(program, node, inputs);
        known.put(key, new Known(outputs, index));
        if (areConstant(inputs)) {
            outputs.forEach(output -> constants.set(output.id()));
        }
        return outputs;
    }

    private static List<Integer> ids(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::id).toList();
    }

    private boolean areConstant(List<Tensor> tensors) {
        return tensors.stream().allMatch(tensor -> constants.get(tensor.id()));
    }

    private boolean isCheap(Node node, Known found) {
        boolean isPointwise = switch (node.op()) {
            case Unary _, Binary _, Select _, Convert _ -> true;
            default -> false;
        };
        return isPointwise && node.outputs().get(0).shape().elements() >= MANY && !areConstant(found.outputs());
    }
}
