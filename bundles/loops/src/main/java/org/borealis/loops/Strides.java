package org.borealis.loops;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** How far one step of each loop leads within each value of a body, in elements. */
final class Strides {
    static final int MOST_LOOPS = 12;

    /** A loop has to be split, so that its inner part runs {@code inner} steps. */
    static final class Split extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int loop;
        private final long inner;

        Split(int loop, long inner) {
            super(null, null, false, false);
            this.loop = loop;
            this.inner = inner;
        }

        List<Long> of(List<Long> sizes) {
            var split = new ArrayList<>(sizes);
            split.set(loop, sizes.get(loop) / inner);
            split.add(loop + 1, inner);
            return List.copyOf(split);
        }
    }

    private final Program body;
    private final List<Long> sizes;
    private final List<@Nullable List<Long>> known = new ArrayList<>();

    Strides(Program body, List<Long> sizes) {
        this.body = body;
        this.sizes = sizes;
        var none = List.copyOf(Collections.nCopies(sizes.size(), 0L));
        long most = sizes.stream().reduce(1L, (a, b) -> a * b);
        for (int v = 0; v < body.values(); v++) {
            long elements = body.type(v).shape().elements();
            known.add(elements == most ? dense() : elements == 1 ? none : null);
        }
    }

    private List<Long> dense() {
        var dense = new ArrayList<Long>();
        long stride = 1;
        for (int l = sizes.size() - 1; l >= 0; l--) {
            dense.add(0, stride);
            stride *= sizes.get(l);
        }
        return List.copyOf(dense);
    }

    /** Those of a value where it is computed first. */
    List<Long> of(int value) {
        var at = known.get(value);
        if (at == null) {
            throw new Unfit("a value that hangs on no loop");
        }
        return at;
    }

    /** Spreads what is known of the largest values over the body, with the flow and against it. */
    void spread() {
        boolean changes = true;
        while (changes) {
            changes = false;
            for (var node : body.nodes()) {
                changes |= forward(node);
            }
            for (int n = body.nodes().size() - 1; n >= 0; n--) {
                changes |= backward(body.nodes().get(n));
            }
        }
    }

    private boolean forward(Node node) {
        if (known.get(node.first()) != null) {
            return false;
        }
        var shape = node.outputs().get(0).shape();
        for (int value : node.inputs()) {
            var at = known.get(value);
            var from = body.type(value).shape();
            if (at != null && node.op() instanceof Reduce) {
                known.set(node.first(), through(at, from, shape));
                return true;
            }
            if (at != null && from.elements() == shape.elements()) {
                known.set(node.first(), at);
                return true;
            }
        }
        return false;
    }

    private boolean backward(Node node) {
        var at = known.get(node.first());
        boolean changes = false;
        if (at != null) {
            var shape = node.outputs().get(0).shape();
            for (int value : node.inputs()) {
                var operand = body.type(value).shape();
                boolean isSame = operand.elements() == shape.elements();
                if (known.get(value) == null && (isSame || !(node.op() instanceof Reduce))) {
                    known.set(value, isSame ? at : through(at, shape, operand));
                    changes = true;
                }
            }
        }
        return changes;
    }

    /** Strides in {@code from} as strides in {@code to}, a shape of that rank in which some sizes are 1 and others are not. */
    List<Long> through(List<Long> at, Shape from, Shape to) {
        if (from.equals(to)) {
            return at;
        }
        var strides = new ArrayList<Long>();
        for (int l = 0; l < sizes.size(); l++) {
            int dim = dim(at, l, from);
            strides.add(dim < 0 || to.dim(dim) == 1 ? 0 : at.get(l) / from.stride(dim) * to.stride(dim));
        }
        return List.copyOf(strides);
    }

    /** The dim that a loop runs along, or -1 if it stands still. */
    int dim(List<Long> at, int loop, Shape shape) {
        long stride = at.get(loop);
        for (int d = shape.rank() - 1; stride > 0 && d >= 0; d--) {
            long step = shape.stride(d);
            long end = step * shape.dim(d);
            if (shape.dim(d) > 1 && stride < end) {
                long reach = stride * sizes.get(loop);
                if (stride % step != 0 || reach > end && (end % stride != 0 || reach % end != 0)) {
                    throw new Unfit("a loop across dims");
                }
                if (reach > end) {
                    throw new Split(loop, end / stride);
                }
                return d;
            }
        }
        return -1;
    }
}
