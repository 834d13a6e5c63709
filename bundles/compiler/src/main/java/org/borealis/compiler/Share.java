package org.borealis.compiler;

import java.util.HashMap;
import java.util.List;
import org.borealis.tensor.Op;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;

/** Common-subexpression removal: computes equal operations on equal inputs once. */
final class Share {
    private Share() {}

    private record Key(Op op, List<Tensor> inputs) {}

    static Program of(Program program) {
        var known = new HashMap<Key, List<Tensor>>();
        return Rewrite.of(
                program,
                (builder, node, inputs) -> known.computeIfAbsent(
                        new Key(node.op(), inputs), key -> builder.apply(key.op(), key.inputs())));
    }
}
