package org.borealis.tensor.composite;

import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Program;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A chain of pointwise, broadcast and reduction primitives, to be run in one pass over memory. The compiler makes it where no other
 * composite is claimed; only a device that {@code fuses} it sees one.
 *
 * <p>Inputs and outputs are those of {@code body}, in its order.
 *
 * @param body primitives only: Unary, Binary, Select, Convert, Constant, Iota, Broadcast, Reshape, Reduce; no output replaces an input
 */
@ProviderType
public record Fusion(Program body) implements Composite {

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        var wanted = body.inputs().stream().map(Program.Input::type).toList();
        if (!inputs.equals(wanted)) {
            throw new ShapeException(label() + " takes " + wanted + ", got " + inputs);
        }
        return body.outputs().stream().map(output -> body.type(output.value())).toList();
    }

    @Override
    public List<Tensor> decompose(List<Tensor> inputs) {
        var values = body.replay(inputs, inputs.get(0).trace());
        return body.outputs().stream().map(output -> values.get(output.value())).toList();
    }

    /** An output may take an input's place where each of its elements depends on that input at the same element only. */
    @Override
    public boolean inPlace(int input, int output) {
        var type = body.inputs().get(input).type();
        var result = body.type(body.outputs().get(output).value());
        return result.shape().equals(type.shape())
                && body.nodes().stream().noneMatch(node -> node.op() instanceof Reduce)
                && readersOf(input)
                        .allMatch(node -> node.outputs().get(0).shape().elements()
                                == type.shape().elements());
    }

    /** Nodes that read an input, directly or through others. */
    private Stream<Program.Node> readersOf(int input) {
        var dependent = new BitSet();
        dependent.set(input);
        return body.nodes().stream()
                .filter(node -> node.inputs().stream().anyMatch(dependent::get))
                .peek(node -> dependent.set(node.first()));
    }

    @Override
    public String label() {
        return body.nodes().stream().map(node -> node.op().label()).collect(Collectors.joining(" ", "Fusion(", ")"));
    }
}
