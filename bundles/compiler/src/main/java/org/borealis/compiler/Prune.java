package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.Predicate;
import org.borealis.tensor.Op;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;

/** Dead-code removal: drops what no output needs. Inputs stay, used or not. */
final class Prune {
    private Prune() {}

    static Program of(Program program) {
        return of(program, _ -> false);
    }

    /** As {@link #of(Program)}, but for operations that are done whoever needs them. */
    static Program of(Program program, Predicate<Op> always) {
        var live = live(program, always);
        var builder = new Program.Builder(program.name());
        var tensors = new ArrayList<Optional<Tensor>>();
        program.inputs().forEach(i -> tensors.add(Optional.of(builder.input(i.name(), i.type()))));
        for (var node : program.nodes()) {
            int end = node.first() + node.outputs().size();
            int first = live.nextSetBit(node.first());
            if (first < 0 || first >= end) {
                node.outputs().forEach(type -> tensors.add(Optional.empty()));
                continue;
            }
            var inputs = node.inputs().stream()
                    .map(i -> tensors.get(i).orElseThrow())
                    .toList();
            builder.repeat(program, node, inputs).forEach(t -> tensors.add(Optional.of(t)));
        }
        for (var output : program.outputs()) {
            var value = tensors.get(output.value()).orElseThrow();
            output.replaces()
                    .ifPresentOrElse(
                            input -> builder.replace(
                                    output.name(), tensors.get(input).orElseThrow(), value),
                            () -> builder.output(output.name(), value));
        }
        return builder.build();
    }

    private static BitSet live(Program program, Predicate<Op> always) {
        var live = new BitSet();
        program.outputs().forEach(o -> live.set(o.value()));
        for (int i = program.nodes().size() - 1; i >= 0; i--) {
            var node = program.nodes().get(i);
            if (always.test(node.op())) {
                live.set(node.first());
            }
            int next = live.nextSetBit(node.first());
            if (next >= 0 && next < node.first() + node.outputs().size()) {
                node.inputs().forEach(live::set);
            }
        }
        return live;
    }
}
