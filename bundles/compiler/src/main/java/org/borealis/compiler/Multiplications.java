package org.borealis.compiler;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation;

/** How many multiplications the matrix products of a node take. */
final class Multiplications {
    private final Map<List<Object>, Long> known = new HashMap<>();

    long of(Program program, Node node) {
        return of(
                node.op(),
                node.inputs().stream().map(program::type).toList(),
                node.outputs().get(0));
    }

    private long of(Op op, List<TensorType> inputs, TensorType output) {
        return switch (op) {
            case MatMul(boolean transposeLeft, var _) ->
                output.shape().elements() * inputs.get(0).shape().dim(transposeLeft ? -2 : -1);
            case Factorisation _ -> 0;
            case Composite composite -> {
                var key = List.<Object>of(op, inputs);
                var count = known.get(key);
                if (count == null) {
                    var body = Program.trace(op.label(), inputs, composite::decompose);
                    count = body.nodes().stream()
                            .mapToLong(node -> of(body, node))
                            .sum();
                    known.put(key, count);
                }
                yield count;
            }
            default -> 0;
        };
    }
}
