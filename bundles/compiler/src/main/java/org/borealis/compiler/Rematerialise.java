package org.borealis.compiler;

import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.borealis.device.Rematerialisation;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Less memory for more arithmetic: what the backward pass reads of the forward pass and does not find kept is computed again, by the
 * same operations on the same numbers, just before it is first read, and once.
 */
final class Rematerialise {
    private final Program program;
    private final int forward;
    private final Stretches stretches;
    private final Program.Builder builder;
    private final Tensor[] tensors;
    /** What the backward pass reads in place of a value. */
    private final @Nullable Tensor[] again;

    static Program of(Program program, String loss, Rematerialisation policy) {
        return new Rematerialise(program, loss, policy).rewritten();
    }

    private Rematerialise(Program program, String loss, Rematerialisation policy) {
        int value = program.output(loss).value();
        this.program = program;
        this.forward = value < program.inputs().size() ? 0 : program.producer(value) + 1;
        this.stretches = new Stretches(program, forward, policy);
        this.builder = new Program.Builder(program.name());
        this.tensors = new Tensor[program.values()];
        this.again = new Tensor[program.values()];
    }

    private Program rewritten() {
        for (int i = 0; i < program.inputs().size(); i++) {
            var input = program.inputs().get(i);
            tensors[i] = builder.input(input.name(), input.type());
            again[i] = tensors[i];
        }
        for (int n = 0; n < program.nodes().size(); n++) {
            var node = program.nodes().get(n);
            boolean isForward = n < forward;
            var inputs = node.inputs().stream().map(v -> isForward ? tensors[v] : read(v));
            var results = builder.repeat(program, node, inputs.toList());
            for (int i = 0; i < results.size(); i++) {
                int value = node.first() + i;
                tensors[value] = results.get(i);
                again[value] = isForward && !stretches.isAlways(value) ? null : results.get(i);
            }
        }
        Rewrite.copyOutputs(program, List.of(tensors), builder);
        return builder.build();
    }

    private Tensor read(int value) {
        if (again[value] == null) {
            restore(value);
        }
        return Objects.requireNonNull(again[value]);
    }

    /** Computes a value of the forward pass again, and all that it needs and that is not there. */
    private void restore(int value) {
        var wanted = new BitSet();
        wanted.set(value);
        var nodes = new BitSet();
        for (int v = value; v >= 0; v = wanted.previousSetBit(v - 1)) {
            if (stretches.isKept(v)) {
                again[v] = builder.apply(new Again(), List.of(tensors[v])).get(0);
            } else {
                int producer = program.producer(v);
                nodes.set(producer);
                program.nodes().get(producer).inputs().stream()
                        .filter(input -> again[input] == null)
                        .forEach(wanted::set);
            }
        }
        nodes.stream().mapToObj(program.nodes()::get).forEach(this::repeat);
    }

    private void repeat(Node node) {
        var results = builder.repeat(
                program, node, node.inputs().stream().map(this::read).toList());
        for (int i = 0; i < results.size(); i++) {
            int value = node.first() + i;
            if (!stretches.isKept(value)) {
                again[value] = results.get(i);
            }
        }
    }
}
