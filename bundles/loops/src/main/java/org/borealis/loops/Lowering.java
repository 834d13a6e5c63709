package org.borealis.loops;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.loops.Cell.Count;
import org.borealis.loops.Cell.Fill;
import org.borealis.loops.Cell.Join;
import org.borealis.loops.Cell.Load;
import org.borealis.loops.Graph.Result;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive;
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
import org.borealis.tensor.Shape;

/**
 * Finds the loops of a body, and its values as cells over them.
 *
 * <p>Begins with one loop over the elements of the largest value, and splits a loop wherever a dim that is repeated, reduced or
 * counted begins or ends within it.
 */
final class Lowering {
    private final Program body;
    private final List<Long> sizes;
    private final Strides strides;
    private final Map<Key, Cell> cells = new HashMap<>();
    private final List<Constant> tables = new ArrayList<>();

    private record Key(int value, List<Long> strides) {}

    private Lowering(Program body, List<Long> sizes) {
        this.body = body;
        this.sizes = sizes;
        this.strides = new Strides(body, sizes);
    }

    static Graph of(Program body) {
        long most = live(body).stream()
                .mapToLong(v -> body.type(v).shape().elements())
                .max()
                .orElse(1);
        List<Long> sizes = most == 1 ? List.of() : List.of(most);
        while (true) {
            try {
                return new Lowering(body, sizes).graph();
            } catch (Strides.Split split) {
                sizes = split.of(sizes);
                if (sizes.size() > Strides.MOST_LOOPS) {
                    throw new Unfit("too many loops");
                }
            }
        }
    }

    /** Values that a result needs. */
    private static BitSet live(Program body) {
        var live = new BitSet();
        body.outputs().forEach(output -> live.set(output.value()));
        for (int n = body.nodes().size() - 1; n >= 0; n--) {
            if (live.get(body.nodes().get(n).first())) {
                body.nodes().get(n).inputs().forEach(live::set);
            }
        }
        return live;
    }

    private Graph graph() {
        strides.spread();
        var results = new ArrayList<Result>();
        for (var output : body.outputs()) {
            var at = strides.of(output.value());
            results.add(new Result(cell(output.value(), at), body.type(output.value()), at));
        }
        return new Graph(sizes, List.copyOf(tables), List.copyOf(results));
    }

    private Cell cell(int value, List<Long> at) {
        var key = new Key(value, at);
        var known = cells.get(key);
        if (known == null) {
            known = made(value, at);
            cells.put(key, known);
        }
        return known;
    }

    private Cell made(int value, List<Long> at) {
        var type = body.type(value).type();
        if (value < body.inputs().size()) {
            return new Cell(type, Graph.mask(at), new Load(value, at));
        }
        var node = body.nodes().get(body.producer(value));
        if (!(node.op() instanceof Primitive primitive)) {
            throw new Unfit("no primitive");
        }
        return switch (primitive) {
            case Reshape _ -> cell(node.inputs().get(0), at);
            case Broadcast _ -> operand(node, 0, at);
            case Constant constant -> constant(constant, at);
            case Iota iota -> iota(iota, at);
            case Unary _, Binary _, Select _, Convert _ -> map(node, type, at);
            case Reduce reduce -> reduce(reduce, node, type, at);
            default -> throw new Unfit(node.op().label());
        };
    }

    private Cell operand(Node node, int k, List<Long> at) {
        int value = node.inputs().get(k);
        var shape = node.outputs().get(0).shape();
        return cell(value, strides.through(at, shape, body.type(value).shape()));
    }

    private Cell map(Node node, DataType type, List<Long> at) {
        var in = new ArrayList<Cell>();
        long domain = 0;
        for (int k = 0; k < node.inputs().size(); k++) {
            in.add(operand(node, k, at));
            domain |= in.get(k).domain();
        }
        return new Cell(type, domain, new Cell.Map(node.op(), List.copyOf(in)));
    }

    private Cell constant(Constant constant, List<Long> at) {
        var type = constant.type().type();
        if (constant.values().size() == 1) {
            return new Cell(type, 0, new Fill(constant.values().get(0)));
        }
        tables.add(constant);
        return new Cell(type, Graph.mask(at), new Load(body.inputs().size() + tables.size() - 1, at));
    }

    private Cell iota(Iota iota, List<Long> at) {
        var shape = iota.type().shape();
        var others = new ArrayList<>(Collections.nCopies(shape.rank(), 1));
        others.set(iota.dim(), shape.dim(iota.dim()));
        var along = strides.through(at, shape, new Shape(others));
        return new Cell(iota.type().type(), Graph.mask(along), new Count(along));
    }

    /** Two reductions in a row are one. */
    private Cell reduce(Reduce reduce, Node node, DataType type, List<Long> at) {
        int value = node.inputs().get(0);
        var shape = body.type(value).shape();
        if (shape.dim(reduce.dim()) == 1) {
            return cell(value, at);
        }
        var whole = strides.of(value);
        var along = new ArrayList<>(strides.through(at, shape.with(reduce.dim(), 1), shape));
        long mask = 0;
        for (int l = 0; l < sizes.size(); l++) {
            if (strides.dim(whole, l, shape) == reduce.dim()) {
                if (at.get(l) != 0) {
                    throw new Unfit("a loop both reduced and kept");
                }
                along.set(l, whole.get(l));
                mask |= 1L << l;
            }
        }
        var in = cell(value, List.copyOf(along));
        if (in.made() instanceof Join(var fold, var inner, long more) && fold == reduce.fold() && (more & mask) == 0) {
            return new Cell(type, inner.domain() & ~(mask | more), new Join(fold, inner, mask | more));
        }
        return new Cell(type, in.domain() & ~mask, new Join(reduce.fold(), in, mask));
    }
}
