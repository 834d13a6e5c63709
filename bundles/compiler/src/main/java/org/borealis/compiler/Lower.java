package org.borealis.compiler;

import java.util.List;
import java.util.function.BiPredicate;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Op;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.Trace;

/** Replaces composites that the device does not run by what they stand for, down to primitives. */
final class Lower {
    private Lower() {}

    /** @param keeps whether a composite on inputs of these types stays as it is */
    static Program of(Program program, BiPredicate<Composite, List<TensorType>> keeps) {
        return Rewrite.of(program, (builder, node, inputs) -> {
            var lowering = new Lowering(builder, keeps);
            return lowering.opens(node.op(), inputs)
                    ? lowering.leave(((Composite) node.op()).decompose(lowering.enter(inputs)))
                    : builder.repeat(program, node, inputs);
        });
    }

    /** Records into a builder, opening composites on the way. */
    private record Lowering(Program.Builder builder, BiPredicate<Composite, List<TensorType>> keeps) implements Trace {
        @Override
        public List<Tensor> apply(Op op, List<Tensor> inputs) {
            return opens(op, inputs) ? ((Composite) op).decompose(inputs) : enter(builder.apply(op, leave(inputs)));
        }

        boolean opens(Op op, List<Tensor> inputs) {
            return op instanceof Composite composite
                    && !keeps.test(composite, inputs.stream().map(Tensor::type).toList());
        }

        List<Tensor> enter(List<Tensor> tensors) {
            return tensors.stream().map(t -> new Tensor(this, t.id(), t.type())).toList();
        }

        List<Tensor> leave(List<Tensor> tensors) {
            return tensors.stream()
                    .map(t -> new Tensor(builder, t.id(), t.type()))
                    .toList();
        }
    }
}
