package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Program;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.composite.LayerEnd;

/** Cuts a program into pieces that hand on what later ones need. */
final class Pieces {
    private final Program program;
    private final List<Set<String>> outputs;
    /** By node: the first piece that has to compute it. */
    private final int[] pieceOf;
    /** Values that any piece may compute again for next to nothing. */
    private final BitSet free = new BitSet();
    /** By piece: nodes that it computes, and values that it gets from pieces before. */
    private final List<BitSet> nodes = new ArrayList<>();

    private final List<BitSet> kept = new ArrayList<>();

    static List<Program> of(Program program, List<Set<String>> outputs, Set<String> held) {
        return new Pieces(program, outputs, held).cut();
    }

    private Pieces(Program program, List<Set<String>> outputs, Set<String> held) {
        this.program = program;
        this.outputs = outputs;
        for (var output : program.outputs()) {
            if (outputs.stream().filter(names -> names.contains(output.name())).count() != 1) {
                throw new ShapeException("program " + program.name() + ": output '" + output.name()
                        + "' has to be one piece's; the pieces have " + outputs);
            }
        }
        for (int i = 0; i < program.inputs().size(); i++) {
            free.set(i, held.contains(program.inputs().get(i).name()));
        }
        for (var node : program.nodes()) {
            if (node.inputs().stream().allMatch(free::get)) {
                free.set(node.first(), node.first() + node.outputs().size());
            }
        }
        pieceOf = new int[program.nodes().size()];
        for (int piece = outputs.size() - 1; piece >= 0; piece--) {
            assign(piece);
        }
    }

    private void assign(int piece) {
        var live = wanted(piece);
        for (int n = program.nodes().size() - 1; n >= 0; n--) {
            var node = program.nodes().get(n);
            int next = live.nextSetBit(node.first());
            if (next >= 0 && next < node.first() + node.outputs().size()) {
                pieceOf[n] = piece;
                node.inputs().forEach(live::set);
            }
        }
    }

    private BitSet wanted(int piece) {
        var wanted = new BitSet();
        program.outputs().stream()
                .filter(o -> outputs.get(piece).contains(o.name()))
                .forEach(o -> wanted.set(o.value()));
        return wanted;
    }

    private List<Program> cut() {
        for (int piece = 0; piece < outputs.size(); piece++) {
            find(piece);
        }
        var pieces = new ArrayList<Program>();
        for (int piece = 0; piece < outputs.size(); piece++) {
            pieces.add(built(piece));
        }
        return List.copyOf(pieces);
    }

    private void find(int piece) {
        var needed = wanted(piece);
        var here = new BitSet();
        var given = new BitSet();
        for (int n = program.nodes().size() - 1; n >= 0; n--) {
            if (pieceOf[n] == piece && isNeeded(n, needed)) {
                here.set(n);
            } else if (isNeeded(n, needed)) {
                var node = program.nodes().get(n);
                for (int v = node.first(); v < node.first() + node.outputs().size(); v++) {
                    if (needed.get(v) && !free.get(v) && !isView(node.op())) {
                        given.set(v);
                    } else if (needed.get(v)) {
                        here.set(n);
                    }
                }
            }
            if (here.get(n)) {
                program.nodes().get(n).inputs().forEach(needed::set);
            }
        }
        nodes.add(here);
        kept.add(given);
    }

    private boolean isNeeded(int n, BitSet needed) {
        var node = program.nodes().get(n);
        int next = needed.nextSetBit(node.first());
        return next >= 0 && next < node.first() + node.outputs().size();
    }

    private static boolean isView(Op op) {
        return op instanceof Reshape || op instanceof Broadcast || op instanceof LayerEnd;
    }

    private static String name(int value) {
        return "kept." + value;
    }

    private Program built(int piece) {
        var builder = new Program.Builder(program.name() + "." + piece);
        Map<Integer, Tensor> tensors = new HashMap<>();
        var read = wanted(piece);
        nodes.get(piece).stream().forEach(n -> program.nodes().get(n).inputs().forEach(read::set));
        program.outputs().stream()
                .filter(o -> outputs.get(piece).contains(o.name()))
                .forEach(o -> o.replaces().ifPresent(read::set));
        for (int i = 0; i < program.inputs().size(); i++) {
            if (read.get(i)) {
                var input = program.inputs().get(i);
                tensors.put(i, builder.input(input.name(), input.type()));
            }
        }
        kept.get(piece).stream().forEach(v -> tensors.put(v, builder.input(name(v), program.type(v))));
        nodes.get(piece).stream().forEach(n -> {
            var node = program.nodes().get(n);
            var results = builder.repeat(
                    program,
                    node,
                    node.inputs().stream()
                            .map(v -> Objects.requireNonNull(tensors.get(v)))
                            .toList());
            for (int i = 0; i < results.size(); i++) {
                tensors.put(node.first() + i, results.get(i));
            }
        });
        hand(piece, builder, tensors);
        return builder.build();
    }

    private void hand(int piece, Program.Builder builder, Map<Integer, Tensor> tensors) {
        for (var output : program.outputs()) {
            if (outputs.get(piece).contains(output.name())) {
                var value = Objects.requireNonNull(tensors.get(output.value()));
                if (output.replaces().isPresent()) {
                    var replaced =
                            Objects.requireNonNull(tensors.get(output.replaces().getAsInt()));
                    builder.replace(output.name(), replaced, value);
                } else {
                    builder.output(output.name(), value);
                }
            }
        }
        var later = new BitSet();
        kept.subList(piece + 1, kept.size()).forEach(later::or);
        later.stream()
                .filter(v -> pieceOf[program.producer(v)] == piece)
                .forEach(v -> builder.output(name(v), Objects.requireNonNull(tensors.get(v))));
    }
}
