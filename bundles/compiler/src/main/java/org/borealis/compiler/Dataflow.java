package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;

/**
 * A program as fusion sees it: some nodes compute, the others are free, that is reshapes, broadcasts, and what is known without memory.
 * Edges lead from one node that computes to another, whatever stands between.
 */
final class Dataflow {
    final Program program;
    private final int[] producers;
    private final int[] roots;
    private final List<int[]> before = new ArrayList<>();
    private final List<List<Integer>> after = new ArrayList<>();
    private final List<List<Integer>> readers = new ArrayList<>();
    private final BitSet known = new BitSet();
    private final BitSet handedOut = new BitSet();
    private final long[] space;
    private final Owners owners;

    Dataflow(Program program) {
        this.program = program;
        owners = new Owners(program);
        producers = new int[program.values()];
        roots = new int[program.values()];
        space = new long[program.nodes().size()];
        for (int value = 0; value < program.values(); value++) {
            readers.add(new ArrayList<>());
            producers[value] = -1;
            roots[value] = value;
        }
        for (int n = 0; n < program.nodes().size(); n++) {
            add(n, program.nodes().get(n));
        }
        for (var output : program.outputs()) {
            if (producer(root(output.value())) >= 0) {
                handedOut.set(producer(root(output.value())));
            }
        }
    }

    private void add(int n, Node node) {
        for (int k = 0; k < node.outputs().size(); k++) {
            producers[node.first() + k] = n;
        }
        if (node.inputs().stream().allMatch(v -> producer(v) >= 0 && known.get(producer(v)))) {
            known.set(n);
        }
        if (isView(n)) {
            roots[node.first()] = root(node.inputs().get(0));
        }
        var from = new TreeSet<Integer>();
        if (!isFree(n)) {
            for (int value : node.inputs()) {
                if (producer(root(value)) >= 0 && !isFree(producer(root(value)))) {
                    from.add(producer(root(value)));
                }
                readers.get(base(value)).add(n);
            }
        }
        before.add(from.stream().mapToInt(i -> i).toArray());
        after.add(new ArrayList<>());
        from.forEach(m -> after.get(m).add(n));
        space[n] = space(node);
    }

    /** How many elements a node goes over. A sum of a sum goes over what the first does: both are one sum over several dims. */
    private long space(Node node) {
        if (!(node.op() instanceof Reduce(var fold, int _))) {
            return node.outputs().get(0).shape().elements();
        }
        int operand = producer(base(node.inputs().get(0)));
        boolean isContinued = operand >= 0 && node(operand).op() instanceof Reduce(var first, int _) && first == fold;
        return isContinued
                ? space[operand]
                : program.type(node.inputs().get(0)).shape().elements();
    }

    Node node(int n) {
        return program.nodes().get(n);
    }

    /** Index of the node that makes a value, or -1 for an input of the program. */
    int producer(int value) {
        return producers[value];
    }

    /** The value that this one repeats or reshapes, through any number of such steps. */
    int root(int value) {
        return roots[value];
    }

    /** The value that has the same elements as this one in the same order, through any number of reshapes. */
    int base(int value) {
        int base = value;
        while (producer(base) >= 0 && node(producer(base)).op() instanceof Reshape) {
            base = node(producer(base)).inputs().get(0);
        }
        return base;
    }

    long elements(int value) {
        return program.type(value).shape().elements();
    }

    private boolean isView(int n) {
        return node(n).op() instanceof Reshape || node(n).op() instanceof Broadcast;
    }

    /** Whether a node may stand in every fusion that uses it. */
    boolean isFree(int n) {
        return isView(n)
                || node(n).op() instanceof Iota
                || node(n).op() instanceof Constant constant
                        && constant.values().size() == 1;
    }

    /** Whether a node may be part of a fusion, and then of one only. */
    boolean isFusible(int n) {
        return switch (node(n).op()) {
            case Unary _, Binary _, Select _, Convert _, Reduce _ -> space[n] > 0;
            default -> false;
        };
    }

    /** Whether two nodes run on the same ranks, and equally often: those that depend on no input run once. */
    boolean runTogether(int n, int other) {
        return known.get(n) == known.get(other)
                && owners.of(node(n).first()).equals(owners.of(node(other).first()));
    }

    /** Whether the result of a node, or a view of it, is an output of the program. */
    boolean isHandedOut(int n) {
        return handedOut.get(n);
    }

    long space(int n) {
        return space[n];
    }

    /** Nodes that compute what this one reads. */
    int[] before(int n) {
        return before.get(n);
    }

    /** Nodes that read what this one computes. */
    List<Integer> after(int n) {
        return after.get(n);
    }

    /** Nodes that read this value, as it is or reshaped. */
    List<Integer> readers(int base) {
        return readers.get(base);
    }

    /** The bases that a node reads of as many elements as it goes over. */
    Stream<Integer> wholeOperands(int n) {
        return node(n).inputs().stream().map(this::base).filter(v -> elements(v) == space[n]);
    }
}
