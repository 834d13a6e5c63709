package org.borealis.compiler;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/**
 * The same value, read again in the backward pass: what is computed from it is not what the forward pass computed, though the numbers
 * are. Without this mark, sharing would undo all rematerialisation. Never lowered and never fused; {@link #drop} removes it when all
 * that might join the two passes is done.
 */
record Again() implements Composite {

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        return List.of(inputs.get(0));
    }

    @Override
    public List<Tensor> decompose(List<Tensor> in) {
        return List.of(in.get(0));
    }

    @Override
    public List<Tensor> pull(List<Tensor> in, List<Tensor> out, List<Optional<Tensor>> gradients) {
        return gradients.get(0).map(List::of).orElse(List.of());
    }

    static Program drop(Program program) {
        return program.nodes().stream().noneMatch(node -> node.op() instanceof Again)
                ? program
                : Rewrite.of(
                        program,
                        (builder, node, inputs) ->
                                node.op() instanceof Again ? inputs : builder.repeat(program, node, inputs));
    }
}
