package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.borealis.model.Parameter;
import org.borealis.parallel.Held;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.DataType;
import org.junit.jupiter.api.Test;

/** What ranks bring together along the way. */
class GathersTest {
    private static final int LAYERS = 2;

    @Test
    void positionsAreGatheredOnceForAllProductsThatReadThem() {
        var model = Models.llama(LAYERS, 16, 8);
        var held = model.parameters().stream()
                .collect(Collectors.toMap(
                        Parameter::name, p -> new Held(Held.Role.PARAMETER, p.name(), p.shape(), p.dims())));
        var spread = new Spread(Mesh.parse("tensor=2"), Map.of("tensor", Strategies.tensor(true)), false);
        var program = new ProgramCompiler()
                .partition(
                        Models.gradients(model, DataType.FLOAT32, 1),
                        spread,
                        new Signature(held, Set.of("tokens", "targets"), true));
        long activations = program.nodes().stream()
                .filter(node -> node.op() instanceof AllGather
                        && node.outputs().get(0).shape().elements() == 8 * 16)
                .count();
        // Of each layer the input of query, key and value, that of gate and up, and both gradients; and the input of
        // the head.
        assertEquals(4 * LAYERS + 1, activations);
    }
}
