package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.borealis.tensor.Collective.Index;
import org.borealis.tensor.Collective.Own;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Concatenate;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.composite.Fusion;

/**
 * Has ranks begin to talk right behind the operation that computes what they talk about, together with the little that lies between the
 * two. Views of what they said wait for the first kernel that reads it. All else keeps its order.
 *
 * <p>Gathers move only if nothing but the caller waits for them: others take more memory the earlier they begin, see {@link Prefetch}.
 */
final class Hoist {
    private final Program program;
    private final int count;
    private final List<List<Integer>> users = new ArrayList<>();
    private final BitSet handedOut = new BitSet();
    private final BitSet early = new BitSet();
    private final int[] firstUses;
    /** Index of the node behind which a node of {@link #early} moves, or before which a view does. */
    private final int[] places;

    private Hoist(Program program) {
        this.program = program;
        count = program.nodes().size();
        places = new int[count];
        firstUses = Waits.firstUses(program);
        for (int n = 0; n < count; n++) {
            users.add(new ArrayList<>());
            for (int producer : producers(n)) {
                users.get(producer).add(n);
            }
        }
        program.outputs().stream()
                .filter(output -> output.value() >= program.inputs().size())
                .forEach(output -> handedOut.set(program.producer(output.value())));
    }

    static Program of(Program program) {
        return new Hoist(program).moved();
    }

    private Program moved() {
        for (int n = count - 1; n >= 0; n--) {
            early.set(n, isEarly(n));
        }
        for (int n = 0; n < count; n++) {
            places[n] = early.get(n)
                    ? producers(n).stream().mapToInt(p -> places[p]).max().orElse(-1)
                    : n;
        }
        for (int n = count - 1; n >= 0; n--) {
            if (isLateView(n)) {
                places[n] = users.get(n).stream().mapToInt(u -> places[u]).min().orElse(count);
            }
        }
        var order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingInt((Integer n) -> places[n]).thenComparing(n -> n))
                .toList();
        return Rewrite.inOrder(program, order);
    }

    private List<Integer> producers(int n) {
        return program.nodes().get(n).inputs().stream()
                .filter(value -> value >= program.inputs().size())
                .map(program::producer)
                .toList();
    }

    private Node node(int n) {
        return program.nodes().get(n);
    }

    private boolean talks(int n) {
        return Waits.talks(node(n).op());
    }

    private boolean isEarly(int n) {
        var op = node(n).op();
        if (producers(n).stream().anyMatch(this::talks)) {
            return false; // would wait for that
        }
        if (talks(n)) {
            return !Waits.gathers(op) || firstUses[node(n).first()] == count;
        }
        return isLight(op)
                && !handedOut.get(n)
                && !users.get(n).isEmpty()
                && users.get(n).stream().allMatch(early::get);
    }

    private static boolean isLight(Op op) {
        return switch (op) {
            case Reshape _,
                    Slice _,
                    Transpose _,
                    Concatenate _,
                    Constant _,
                    Convert _,
                    Unary _,
                    Binary _,
                    Select _,
                    Own _,
                    Index _ -> true;
            case Fusion(var body) -> body.nodes().stream().noneMatch(node -> node.op() instanceof Reduce);
            default -> false;
        };
    }

    private boolean isLateView(int n) {
        return !early.get(n) && isViewOfTalk(n) && users.get(n).stream().noneMatch(early::get);
    }

    private boolean isViewOfTalk(int n) {
        return Waits.isView(program, node(n)) && producers(n).stream().anyMatch(p -> talks(p) || isViewOfTalk(p));
    }
}
