package org.borealis.compiler.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.borealis.parallel.Placement;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Program;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation;

/** Where composites run whole, and where they are opened. */
final class Composites {
    private final Partition partition;

    Composites(Partition partition) {
        this.partition = partition;
    }

    /** A composite stays one where its parts mean for the parts what the whole means for the whole; else it is opened. */
    List<Placed> place(Composite op, List<Placed> inputs, List<TensorType> outputs) {
        if (op instanceof Factorisation) {
            return whole(op, inputs, outputs);
        }
        var wanted = partition
                .strategy()
                .wanted(op, inputs.stream().map(Placed::whole).toList(), partition.ranks());
        var settled = new ArrayList<Placed>();
        for (int i = 0; i < inputs.size(); i++) {
            settled.add(
                    wanted.isEmpty()
                            ? partition.settle(inputs.get(i))
                            : partition.bring(partition.settle(inputs.get(i)), wanted.get(i)));
        }
        if (!wanted.isEmpty()) {
            var together = partition
                    .strategy()
                    .together(op, settled.stream().map(Placed::local).toList(), partition.ranks());
            if (together.isPresent()) {
                return Partition.placed(
                        together.get().parts(), outputs, together.get().at());
            }
        }
        if (wanted.isEmpty() && op.isBatched()) {
            return batched(op, settled, outputs);
        }
        var aligned = aligned(settled);
        var probe = probe(op, aligned);
        if (probe.isPresent()) {
            var locals = partition
                    .builder()
                    .apply(op, aligned.stream().map(Placed::local).toList());
            var placed = Partition.placed(locals, outputs, probe.get());
            return wanted.isEmpty() ? placed : back(placed, inputs.get(0));
        }
        var body = body(op, inputs.stream().map(Placed::whole).toList());
        var values = new ArrayList<>(settled);
        for (var node : body.nodes()) {
            values.addAll(partition.place(
                    node.op(), node.inputs().stream().map(values::get).toList(), node.outputs()));
        }
        return body.outputs().stream().map(o -> values.get(o.value())).toList();
    }

    /** Of parts no rank makes anything: all ranks have all of it. */
    private List<Placed> whole(Composite op, List<Placed> inputs, List<TensorType> outputs) {
        var all = inputs.stream()
                .map(x -> partition.move(partition.settle(x), Placement.REPLICATE))
                .toList();
        return partition.all(op, Placement.REPLICATE, outputs, all);
    }

    /** Where the ranks share the things out that the operation works on one by one, each has its own of all inputs; else all have all. */
    private List<Placed> batched(Composite op, List<Placed> inputs, List<TensorType> outputs) {
        var own = Placement.shard(0);
        var at = inputs.stream().anyMatch(x -> x.at().equals(own)) ? own : Placement.REPLICATE;
        return partition.all(
                op, at, outputs, inputs.stream().map(x -> partition.move(x, at)).toList());
    }

    /** What comes out of an operation whose inputs were moved for it goes back to where they were. */
    private List<Placed> back(List<Placed> outputs, Placed before) {
        return outputs.stream()
                .map(x -> x.isSplit()
                                && before.isSplit()
                                && x.shape().rank() == before.shape().rank()
                        ? partition.bring(x, before.at())
                        : x)
                .toList();
    }

    private static Program body(Composite op, List<TensorType> inputs) {
        return Program.trace(op.label(), inputs, op::decompose);
    }

    /** Replicated inputs that are as large as a split one are split in the same way. */
    private List<Placed> aligned(List<Placed> inputs) {
        var model = inputs.stream().filter(Placed::isSplit).findFirst();
        return model.isEmpty()
                ? inputs
                : inputs.stream()
                        .map(x ->
                                x.isReplicated() && x.shape().equals(model.get().shape())
                                        ? partition.move(x, model.get().at())
                                        : x)
                        .toList();
    }

    /** Where the outputs are if the operation runs on the parts as they are; empty if that would mean something else. */
    private Optional<List<Placement>> probe(Composite op, List<Placed> inputs) {
        var nested = partition.nested(op.label());
        var values = new ArrayList<Placed>();
        for (int i = 0; i < inputs.size(); i++) {
            var x = inputs.get(i);
            values.add(new Placed(nested.builder().input("in" + i, x.local().type()), x.whole(), x.at()));
        }
        var body = body(op, inputs.stream().map(Placed::whole).toList());
        Program here;
        try {
            here = body(op, inputs.stream().map(x -> x.local().type()).toList());
            for (var node : body.nodes()) {
                values.addAll(nested.place(
                        node.op(), node.inputs().stream().map(values::get).toList(), node.outputs()));
            }
        } catch (ShapeException e) {
            return Optional.empty(); // it can't run on the parts
        }
        if (!nested.builder().build().nodes().equals(here.nodes())) {
            return Optional.empty();
        }
        return Optional.of(
                body.outputs().stream().map(o -> values.get(o.value()).at()).toList());
    }
}
