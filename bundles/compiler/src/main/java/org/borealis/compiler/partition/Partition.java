package org.borealis.compiler.partition;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.parallel.Mesh.Axis;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.borealis.parallel.Placement.Owned;
import org.borealis.parallel.Placement.Partial;
import org.borealis.parallel.Placement.Shard;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/**
 * Splits a program over one axis. Each operation runs on what the ranks have of its inputs, if the result is then a part, a summand or
 * the whole of the result; otherwise inputs are moved first.
 */
public final class Partition {
    /** A parameter that is kept in parts is gathered again if nothing has used it for so many nodes, rather than held. */
    private static final int REACH = 32;

    private final Axis axis;
    private final Layout layout;
    private final Program.Builder builder;
    private final Moves moves;
    private final Parts parts;
    /** By number of a replicated tensor: how it was made. */
    private final Map<Integer, Made> made = new HashMap<>();

    private final Map<Integer, Gathered> gathered = new HashMap<>();
    /** By value: what its owner alone goes on with. */
    private final Map<Integer, Placed> taken = new HashMap<>();

    private final Map<View, Placed> views = new HashMap<>();

    private int index;

    private record View(int value, Reshape op, Placement at) {}

    /** How a replicated tensor was made. */
    record Made(Op op, List<Placed> inputs) {}

    private record Gathered(Placed whole, int lastUse) {}

    private Partition(Axis axis, Layout layout, Program.Builder builder) {
        this.axis = axis;
        this.layout = layout;
        this.builder = builder;
        moves = new Moves(axis, layout.isExact());
        parts = new Parts(this);
    }

    /** The program of one rank of the mesh; the same for all. */
    public static Program of(Program program, Spread spread, Signature signature) {
        var held = new HashMap<>(signature.held());
        for (var axis : spread.axes()) {
            var strategy = spread.strategy(axis);
            program = of(program, axis, Layout.of(axis, strategy, signature, held, spread.isExact()));
            held.replaceAll(
                    (_, tensor) -> tensor.in(strategy.kept(tensor, axis.ranks()).local(tensor.shape(), axis.ranks())));
        }
        return program;
    }

    private static Program of(Program program, Axis axis, Layout layout) {
        return new Partition(axis, layout, new Program.Builder(program.name())).split(program);
    }

    private Program split(Program program) {
        var values = new ArrayList<Placed>();
        var inputs = new ArrayList<Tensor>();
        for (var input : program.inputs()) {
            var at = layout.kept().getOrDefault(input.name(), Placement.REPLICATE);
            try {
                var local = input.type().in(at.local(input.type().shape(), axis.ranks()));
                inputs.add(builder.input(input.name(), local));
                values.add(new Placed(inputs.getLast(), input.type(), at));
            } catch (ShapeException e) {
                throw new ShapeException(input.name() + " on axis " + axis + ": " + e.getMessage());
            }
        }
        values.replaceAll(this::marked);
        for (var node : program.nodes()) {
            index++;
            values.addAll(node(program, node, values));
        }
        for (var output : program.outputs()) {
            output(program, output, values, inputs);
        }
        return builder.build();
    }

    private Placed marked(Placed input) {
        return input.at() instanceof Owned(int owner)
                ? on(new Collective.Only(axis.name(), owner), input.at(), input.whole(), input)
                : input;
    }

    private List<Placed> node(Program program, Node node, List<Placed> values) {
        var sum = accumulated(program, node, values);
        if (sum.isPresent()) {
            return List.of(sum.get());
        }
        var inputs = new ArrayList<Placed>();
        for (int value : node.inputs()) {
            inputs.add(node.op() instanceof Collective.Only ? values.get(value) : used(program, value, values));
        }
        try {
            return place(node.op(), inputs, node.outputs());
        } catch (ShapeException e) {
            throw new ShapeException("program " + program.name() + ", axis " + axis + ": "
                    + node.op().label() + " of "
                    + inputs.stream().map(p -> p.whole() + " " + p.at()).toList() + ": " + e.getMessage());
        }
    }

    /** A running sum, given and handed on: what is added comes to where the sum is kept. */
    private Optional<Placed> accumulated(Program program, Node node, List<Placed> values) {
        if (!(node.op() instanceof Binary(var function)) || function != Function2.ADD) {
            return Optional.empty();
        }
        int sum = given(program, node.inputs().get(0));
        var summand = values.get(node.inputs().get(1));
        boolean isState = program.outputs().stream()
                .anyMatch(o -> o.replaces().isPresent()
                        && o.replaces().getAsInt() == sum
                        && joinedBefore(program, o.value()) == node.first());
        var kept = values.get(node.inputs().get(0));
        if (!isState || kept.at().equals(summand.at())) {
            return Optional.empty();
        }
        if (layout.isExact() && summand.isVarying()) {
            return Optional.of(moves.addInOrder(kept, summand));
        }
        return Optional.of(on(node.op(), kept.at(), kept.whole(), kept, move(summand, kept.at())));
    }

    /** The input that a value is, if an earlier axis only says who has it. */
    private static int given(Program program, int value) {
        if (value < program.inputs().size()) {
            return value;
        }
        var node = program.nodes().get(program.producer(value));
        return node.op() instanceof Collective.Only
                ? given(program, node.inputs().get(0))
                : value;
    }

    /** The value that ranks of earlier axes brought together to make this one. */
    private static int joinedBefore(Program program, int value) {
        while (value >= program.inputs().size()) {
            var node = program.nodes().get(program.producer(value));
            if (!(node.op() instanceof Collective.AllReduce)) {
                break;
            }
            value = node.inputs().get(0);
        }
        return value;
    }

    private Placed used(Program program, int value, List<Placed> values) {
        var x = values.get(value);
        int input = given(program, value);
        if (input >= program.inputs().size()) {
            return x;
        }
        var at = layout.used().getOrDefault(program.inputs().get(input).name(), x.at());
        if (at instanceof Owned && !x.isOwned()) {
            return taken.computeIfAbsent(value, _ -> marked(moves.to(x, at)));
        }
        if (!(x.isSplit() || x.isOwned()) || !(at instanceof Placement.Replicate)) {
            return moves.to(x, at);
        }
        var before = gathered.get(value);
        var whole = before != null && index - before.lastUse() <= REACH ? before.whole() : moves.again(x, at);
        gathered.put(value, new Gathered(whole, index));
        return whole;
    }

    private void output(Program program, Program.Output output, List<Placed> values, List<Tensor> inputs) {
        var name = output.name();
        var result = values.get(output.value());
        Placement at;
        if (layout.own().contains(name)) {
            at = result.isVarying() ? result.at() : Placement.REPLICATE;
        } else if (layout.outputs().containsKey(name) || output.replaces().isEmpty()) {
            at = layout.outputs().getOrDefault(name, Placement.REPLICATE);
        } else {
            at = values.get(output.replaces().getAsInt()).at();
        }
        if (result.isVarying()
                && output.replaces().isPresent()
                && !values.get(output.replaces().getAsInt()).isVarying()
                && !layout.own().contains(name)) {
            throw new ShapeException("program " + program.name() + ", axis " + axis + ": " + name
                    + " replaces what all ranks have alike by what each has of its own; only sums may");
        }
        var value = move(result, at);
        if (output.replaces().isPresent()) {
            builder.replace(name, inputs.get(output.replaces().getAsInt()), value.local());
        } else {
            builder.output(name, value.local());
        }
    }

    /** Runs an operation on inputs wherever they are; gives its outputs. */
    List<Placed> place(Op op, List<Placed> inputs, List<TensorType> outputs) {
        var owned = inputs.stream().filter(Placed::isOwned).findFirst();
        if (owned.isPresent() && !(op instanceof Collective)) {
            return owned(op, inputs, outputs, owned.get().at());
        }
        if (inputs.stream().anyMatch(Placed::isVarying)) {
            return all(op, Placement.VARYING, outputs, whole(inputs));
        }
        if (inputs.stream().allMatch(Placed::isReplicated) && !(op instanceof Collective)) {
            var results = all(op, Placement.REPLICATE, outputs, inputs);
            results.forEach(r -> made.put(r.local().id(), new Made(op, inputs)));
            return results;
        }
        return switch (op) {
            case Primitive primitive -> List.of(new Rules(this).place(primitive, inputs, outputs.get(0)));
            case Collective collective -> List.of(new Rules(this).place(collective, inputs, outputs.get(0)));
            case Composite composite -> new Composites(this).place(composite, inputs, outputs);
        };
    }

    /**
     * An operation on what one rank has is that rank's: what it needs beside comes there. But a number that numbers of others are added
     * to is a summand, so that ranks talk once, about the sum.
     */
    private List<Placed> owned(Op op, List<Placed> inputs, List<TensorType> outputs, Placement owner) {
        boolean isOfMany =
                inputs.stream().anyMatch(x -> x.at() instanceof Partial || x.isOwned() && !x.at().equals(owner));
        if (isOfMany
                && op instanceof Binary(var function)
                && function == Function2.ADD
                && outputs.get(0).shape().elements() == 1) {
            var to = layout.isExact() ? Placement.REPLICATE : Placement.PARTIAL;
            return place(
                    op, inputs.stream().map(x -> x.isOwned() ? move(x, to) : x).toList(), outputs);
        }
        return all(op, owner, outputs, inputs.stream().map(x -> move(x, owner)).toList());
    }

    private List<Placed> whole(List<Placed> inputs) {
        return inputs.stream()
                .map(x -> x.isVarying() ? x : moves.to(x, Placement.REPLICATE))
                .toList();
    }

    static List<Placed> placed(List<Tensor> locals, List<TensorType> wholes, List<Placement> at) {
        var placed = new ArrayList<Placed>();
        for (int i = 0; i < locals.size(); i++) {
            placed.add(new Placed(locals.get(i), wholes.get(i), at.get(i)));
        }
        return placed;
    }

    /** A tensor as whole or in parts, if it was summands. */
    Placed settle(Placed x) {
        if (!(x.at() instanceof Partial(var fold))) {
            return x;
        }
        return moves.to(x, fold == Fold.SUM ? layout.strategy().settled(x.whole(), axis.ranks()) : Placement.REPLICATE);
    }

    Placed move(Placed x, Placement to) {
        return x.isReplicated() && to instanceof Shard shard ? parts.of(x, shard) : moves.to(x, to);
    }

    /** What the moves give without looking at how a tensor was made. */
    Placed bring(Placed x, Placement to) {
        return moves.to(x, to);
    }

    Placed on(Op op, Placement at, TensorType whole, Placed... inputs) {
        return all(op, at, List.of(whole), List.of(inputs)).get(0);
    }

    /** As {@link #on}, the same each time: so what is moved for one of its readers is there for the others. */
    Placed view(Reshape op, Placement at, TensorType whole, Placed x) {
        return views.computeIfAbsent(new View(x.local().id(), op, at), _ -> on(op, at, whole, x));
    }

    /** As {@link #on}, with all outputs. */
    List<Placed> all(Op op, Placement at, List<TensorType> wholes, List<Placed> inputs) {
        var locals = builder.apply(op, inputs.stream().map(Placed::local).toList());
        return placed(locals, wholes, Collections.nCopies(locals.size(), at));
    }

    Optional<Made> made(Placed x) {
        return Optional.ofNullable(made.get(x.local().id()));
    }

    /** This rank's number, as an INT32 scalar. */
    Tensor rank() {
        return builder.apply(new Collective.Index(axis.name()), List.of()).get(0);
    }

    int ranks() {
        return axis.ranks();
    }

    ParallelStrategy strategy() {
        return layout.strategy();
    }

    /** To try on a program of its own what this one would do. */
    Partition nested(String name) {
        return new Partition(axis, layout, new Program.Builder(name));
    }

    Program.Builder builder() {
        return builder;
    }
}
