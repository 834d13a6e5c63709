package org.borealis.compiler;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.Collective.AllToAll;
import org.borealis.tensor.Collective.BroadcastFrom;
import org.borealis.tensor.Collective.Index;
import org.borealis.tensor.Collective.Only;
import org.borealis.tensor.Collective.Own;
import org.borealis.tensor.Collective.ReduceScatter;
import org.borealis.tensor.Collective.Summand;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;

/**
 * Until when ranks may talk while others of the program's kernels run. They begin where the program says, and end before the first
 * kernel that reads the result. Until then nothing else may use the memory of either.
 */
final class Waits {
    /** What may be under way at once of operands that are not needed any more, and so only wait to be sent: memory for time. */
    private static final long MOST_BYTES = 256L << 20;

    private Waits() {}

    /** Whether ranks talk to each other in it. */
    static boolean talks(Op op) {
        return op instanceof Collective
                && !(op instanceof Own || op instanceof Index || op instanceof Only || op instanceof Summand);
    }

    /** Whether it brings to all what some have: takes more memory the earlier it begins. */
    static boolean gathers(Op op) {
        return op instanceof AllGather || op instanceof BroadcastFrom;
    }

    /** Whether the result is a stretch of its operand's memory, so that there is nothing to run. */
    static boolean isView(Program program, Node node) {
        return node.op() instanceof Reshape
                || node.op() instanceof Slice(int dim, int _, int _)
                        && program.type(node.inputs().get(0)).shape().product(0, dim) == 1;
    }

    /** For each value the first node that reads it or a view of it; the number of nodes if only the caller does. */
    static int[] firstUses(Program program) {
        var first = new int[program.values()];
        Arrays.fill(first, program.nodes().size());
        for (int n = program.nodes().size() - 1; n >= 0; n--) {
            var node = program.nodes().get(n);
            int use = isView(program, node) ? first[node.first()] : n;
            for (int value : node.inputs()) {
                first[value] = Math.min(first[value], use);
            }
        }
        return first;
    }

    /** For each node in which ranks talk, the node before which they have to be done; for any other, itself. */
    static int[] of(Program program) {
        var first = firstUses(program);
        var waits = new int[program.nodes().size()];
        var pending = new ArrayDeque<Integer>();
        long bytes = 0;
        for (int n = 0; n < waits.length; n++) {
            var node = program.nodes().get(n);
            waits[n] = talks(node.op()) ? first[node.first()] : n;
            if (!holdsOperand(node)) {
                continue;
            }
            bytes += operandBytes(program, n);
            pending.add(n);
            while (bytes > MOST_BYTES && pending.size() > 1) {
                int oldest = pending.remove();
                bytes -= operandBytes(program, oldest);
                waits[oldest] = Math.min(waits[oldest], n);
            }
        }
        return waits;
    }

    private static boolean holdsOperand(Node node) {
        return node.op() instanceof ReduceScatter || node.op() instanceof AllToAll;
    }

    private static long operandBytes(Program program, int n) {
        return program.type(program.nodes().get(n).inputs().get(0)).bytes();
    }
}
