package org.borealis.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.Tensor;

/** Rebuilds a program node by node: what most passes are made of. */
final class Rewrite {
    private Rewrite() {}

    /** What stands in the new program for one node of the old, given the new tensors of its inputs. */
    interface Step {
        List<Tensor> apply(Program.Builder builder, Node node, List<Tensor> inputs);
    }

    static Program of(Program program, Step step) {
        var builder = new Program.Builder(program.name());
        var tensors = new ArrayList<Tensor>();
        for (var input : program.inputs()) {
            tensors.add(builder.input(input.name(), input.type()));
        }
        for (var node : program.nodes()) {
            tensors.addAll(step.apply(
                    builder, node, node.inputs().stream().map(tensors::get).toList()));
        }
        copyOutputs(program, tensors, builder);
        return builder.build();
    }

    /** The same nodes in another order, each behind those that it reads. */
    static Program inOrder(Program program, List<Integer> order) {
        var builder = new Program.Builder(program.name());
        var tensors = new Tensor[program.values()];
        for (int i = 0; i < program.inputs().size(); i++) {
            var input = program.inputs().get(i);
            tensors[i] = builder.input(input.name(), input.type());
        }
        for (int n : order) {
            var node = program.nodes().get(n);
            var results = builder.repeat(
                    program, node, node.inputs().stream().map(v -> tensors[v]).toList());
            for (int i = 0; i < results.size(); i++) {
                tensors[node.first() + i] = results.get(i);
            }
        }
        copyOutputs(program, v -> tensors[v], builder);
        return builder.build();
    }

    static void copyOutputs(Program program, List<Tensor> tensors, Program.Builder builder) {
        copyOutputs(program, tensors::get, builder);
    }

    /** Hands out the same outputs, donations included. */
    static void copyOutputs(Program program, IntFunction<Tensor> tensors, Program.Builder builder) {
        for (var output : program.outputs()) {
            var value = tensors.apply(output.value());
            if (output.replaces().isPresent()) {
                builder.replace(output.name(), tensors.apply(output.replaces().getAsInt()), value);
            } else {
                builder.output(output.name(), value);
            }
        }
    }
}
