package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Input;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.Program.Output;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;

/**
 * Nodes of a program as one fusion, in a form that depends on nothing but what they compute: operands in the order of their first use,
 * free nodes where they are needed.
 *
 * @param members indices of the nodes
 * @param operands values of the program that are the fusion's inputs
 * @param results values of the program that are its outputs
 */
record FusionBody(Fusion fusion, List<Integer> members, List<Integer> operands, List<Integer> results) {

    static FusionBody of(Dataflow flow, BitSet members) {
        return new Writer(flow, members).write();
    }

    /** How many nodes are work: all but numbers, indices and reshapes. */
    long work() {
        return fusion.body().nodes().stream()
                .filter(node ->
                        !(node.op() instanceof Constant || node.op() instanceof Iota || node.op() instanceof Reshape))
                .count();
    }

    /** Values of the body are referred to by index of their node, or as {@code -1 - i} for operand i, until all operands are known. */
    private static final class Writer {
        private record Step(Op op, List<Integer> inputs, TensorType type) {}

        private final Dataflow flow;
        private final BitSet members;
        private final List<Integer> operands = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();
        private final Map<Step, Integer> written = new HashMap<>();
        private final Map<Integer, Integer> references = new HashMap<>();
        private final Map<Integer, Integer> operandOf = new HashMap<>();

        Writer(Dataflow flow, BitSet members) {
            this.flow = flow;
            this.members = members;
        }

        FusionBody write() {
            var results = new ArrayList<Integer>();
            for (int n = members.nextSetBit(0); n >= 0; n = members.nextSetBit(n + 1)) {
                var node = flow.node(n);
                var inputs = node.inputs().stream().map(this::reference).toList();
                references.put(node.first(), step(node.op(), node.outputs().get(0), inputs));
                if (flow.isHandedOut(n) || !flow.after(n).stream().allMatch(members::get)) {
                    results.add(node.first());
                }
            }
            return new FusionBody(
                    new Fusion(program(results)),
                    members.stream().boxed().toList(),
                    List.copyOf(operands),
                    List.copyOf(results));
        }

        private Program program(List<Integer> results) {
            int shift = operands.size();
            var inputs = IntStream.range(0, shift)
                    .mapToObj(i -> new Input("in" + i, flow.program.type(operands.get(i))))
                    .toList();
            var nodes = new ArrayList<Node>();
            for (var step : steps) {
                var from = step.inputs().stream().map(r -> value(r, shift)).toList();
                nodes.add(new Node(step.op(), from, shift + nodes.size(), List.of(step.type())));
            }
            var outputs = IntStream.range(0, results.size())
                    .mapToObj(i -> new Output("out" + i, value(reference(results.get(i)), shift)))
                    .toList();
            return new Program("fusion", inputs, nodes, outputs);
        }

        private static int value(int reference, int shift) {
            return reference < 0 ? -1 - reference : shift + reference;
        }

        private int step(Op op, TensorType type, List<Integer> inputs) {
            return written.computeIfAbsent(new Step(op, inputs, type), step -> {
                steps.add(step);
                return steps.size() - 1;
            });
        }

        private int reference(int value) {
            var found = references.get(value);
            if (found != null) {
                return found;
            }
            int made = make(value);
            references.put(value, made);
            return made;
        }

        private int make(int value) {
            int root = flow.root(value);
            int maker = flow.producer(root);
            boolean isWithin = maker >= 0 && (members.get(maker) || flow.isFree(maker));
            if (isWithin && flow.node(maker).op() instanceof Constant constant) {
                var type = flow.program.type(value);
                return step(new Constant(constant.values(), type), type, List.of());
            }
            if (value == root) {
                return isWithin ? step(flow.node(maker).op(), flow.program.type(value), List.of()) : operand(value);
            }
            return view(value, flow.node(flow.producer(value)), isWithin);
        }

        private int view(int value, Node node, boolean isWithin) {
            int base = flow.base(value);
            var type = flow.program.type(value);
            if (base == value) { // a broadcast
                return step(node.op(), type, List.of(reference(node.inputs().get(0))));
            }
            if (!isWithin && base == flow.root(value)) {
                return operand(value);
            }
            if (flow.elements(flow.root(value)) == 1) { // however it was repeated, it is one number
                var one = new Shape(Collections.nCopies(type.shape().rank(), 1));
                int number = reshaped(reference(flow.root(value)), type.in(one));
                return type.shape().equals(one) ? number : step(new Broadcast(type.shape()), type, List.of(number));
            }
            return isWithin ? reshaped(reference(base), type) : operand(value);
        }

        private int reshaped(int reference, TensorType type) {
            var shape = reference < 0
                    ? flow.program.type(operands.get(-1 - reference)).shape()
                    : steps.get(reference).type().shape();
            return shape.equals(type.shape()) ? reference : step(new Reshape(type.shape()), type, List.of(reference));
        }

        /** A value that comes from outside; another shape of one that already does is no second operand. */
        private int operand(int value) {
            var known = operandOf.get(flow.base(value));
            if (known != null) {
                return reshaped(known, flow.program.type(value));
            }
            operands.add(value);
            operandOf.put(flow.base(value), -operands.size());
            return -operands.size();
        }
    }
}
