package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.borealis.compiler.MemoryPlan.Block;
import org.borealis.compiler.MemoryPlan.Copy;
import org.borealis.compiler.MemoryPlan.Kind;
import org.borealis.compiler.MemoryPlan.Place;
import org.borealis.tensor.Collective.BroadcastFrom;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Program;
import org.borealis.tensor.Program.Node;
import org.borealis.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/** Finds a place for every value of one program; used once. */
final class Planner {
    private final Program program;
    private final Set<String> owned;
    private final Set<String> spent;
    private final List<Place> places = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();
    private final BitSet once = new BitSet();
    private final int[] lastUse;
    private final int[] waits;

    Planner(Program program, Set<String> owned, Set<String> spent) {
        this.program = program;
        this.owned = owned;
        this.spent = spent;
        this.lastUse = lastUses(program);
        this.waits = Waits.of(program);
    }

    MemoryPlan plan() {
        for (int i = 0; i < program.inputs().size(); i++) {
            var block = add(new Block(Kind.INPUT, program.inputs().get(i).type().bytes(), -1));
            block.owner = i;
            places.add(new Place(block, 0));
            extend(i);
        }
        for (int n = 0; n < program.nodes().size(); n++) {
            place(n, program.nodes().get(n));
        }
        for (int i = 0; i < program.outputs().size(); i++) {
            settle(i);
        }
        return new MemoryPlan(
                List.copyOf(places),
                List.copyOf(blocks),
                once,
                List.copyOf(copies),
                Offsets.share(blocks),
                Offsets.line(blocks));
    }

    private Block add(Block block) {
        blocks.add(block);
        return block;
    }

    private void extend(int value) {
        var block = places.get(value).block();
        block.to = Math.max(block.to, lastUse[value]);
    }

    private void place(int index, Node node) {
        boolean constant = !(node.op() instanceof BroadcastFrom) // runs for others that have no operand
                && node.inputs().stream().allMatch(v -> places.get(v).block().kind == Kind.CONSTANT);
        if (constant) {
            once.set(index);
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            var type = node.outputs().get(i);
            var place = view(node);
            if (place == null) {
                place = constant ? null : donated(index, node, i);
            }
            if (place == null && !constant) {
                place = over(index, node, i);
            }
            if (place == null) {
                var kind = constant ? Kind.CONSTANT : Kind.WORKSPACE;
                place = new Place(add(new Block(kind, type.bytes(), index)), 0);
            }
            places.add(place);
            extend(node.first() + i);
        }
        if (Waits.talks(node.op())) {
            node.inputs().forEach(operand -> hold(operand, waits[index]));
            hold(node.first(), waits[index]);
        }
    }

    /** Keeps the memory of a value for as long as ranks talk about it. */
    private void hold(int value, int until) {
        var block = places.get(value).block();
        block.to = Math.max(block.to, until);
    }

    /** The operand's own memory, if the result is a stretch of it. */
    private @Nullable Place view(Node node) {
        if (!Waits.isView(program, node)) {
            return null;
        }
        var place = places.get(node.inputs().get(0));
        if (node.op() instanceof Slice(int dim, int start, int _)) {
            var operand = program.type(node.inputs().get(0));
            long skipped = start * operand.shape().stride(dim) * operand.type().bytes();
            return new Place(place.block(), place.offset() + skipped);
        }
        return place;
    }

    /** The place of the input that this result replaces, if the input ends here and may be written over. */
    private @Nullable Place donated(int index, Node node, int output) {
        var type = node.outputs().get(output);
        for (var out : program.outputs()) {
            if (out.value() != node.first() + output || out.replaces().isEmpty()) {
                continue;
            }
            int input = out.replaces().getAsInt();
            int k = node.inputs().indexOf(input);
            if (k >= 0
                    && node.op().inPlace(k, output)
                    && program.type(input).equals(type)
                    && places.get(input).block().to <= index
                    && !isSharedOtherwise(node, input, output)
                    && !isTaken(node, output, places.get(input))) {
                return places.get(input);
            }
        }
        return null;
    }

    /** The place of an operand that ends here and may be written over. */
    private @Nullable Place over(int index, Node node, int output) {
        var type = node.outputs().get(output);
        for (int k = 0; k < node.inputs().size(); k++) {
            int value = node.inputs().get(k);
            var place = places.get(value);
            if (node.op().inPlace(k, output)
                    && program.type(value).shape().equals(type.shape())
                    && program.type(value).type().bytes() == type.type().bytes()
                    && isFree(place, index, type)
                    && !isSharedOtherwise(node, value, output)
                    && !isTaken(node, output, place)) {
                return place;
            }
        }
        return null;
    }

    private boolean isFree(Place place, int index, TensorType type) {
        var block = place.block();
        return (block.kind == Kind.WORKSPACE || isSpent(block)) && block.to <= index && block.bytes == type.bytes();
    }

    private boolean isSpent(Block block) {
        return block.kind == Kind.INPUT
                && spent.contains(program.inputs().get(block.owner).name());
    }

    /** Whether the same memory is read in another way, too. */
    private boolean isSharedOtherwise(Node node, int value, int output) {
        for (int k = 0; k < node.inputs().size(); k++) {
            int other = node.inputs().get(k);
            if (places.get(other).block() == places.get(value).block()
                    && !(program.type(other).equals(program.type(value))
                            && node.op().inPlace(k, output))) {
                return true;
            }
        }
        return false;
    }

    private boolean isTaken(Node node, int output, Place place) {
        for (int i = 0; i < output; i++) {
            if (places.get(node.first() + i).block() == place.block()) {
                return true;
            }
        }
        return false;
    }

    /** Lets an output live where it belongs, or plans a copy. */
    private void settle(int index) {
        var output = program.outputs().get(index);
        var place = places.get(output.value());
        var type = program.type(output.value());
        if (output.replaces().isPresent()) {
            int input = output.replaces().getAsInt();
            if (place.block() == places.get(input).block()) {
                return;
            }
            if (canMove(place, type) && canDonate(place.block(), input)) {
                move(place.block(), Kind.INPUT, input);
            } else {
                copies.add(new Copy(output.value(), places.get(input).block()));
            }
        } else if (owned.contains(output.name())) {
            if (canMove(place, type)) {
                move(place.block(), Kind.OUTPUT, index);
            } else {
                var block = add(new Block(Kind.OUTPUT, type.bytes(), 0));
                block.owner = index;
                copies.add(new Copy(output.value(), block));
            }
        }
    }

    private boolean canMove(Place place, TensorType type) {
        return place.block().kind == Kind.WORKSPACE && place.block().bytes == type.bytes();
    }

    private static void move(Block block, Kind kind, int owner) {
        block.kind = kind;
        block.owner = owner;
    }

    /**
     * Whether a block may live in an input's memory: the input is not used any more when the block is first written, or its last use
     * is that very node, which then may write over it.
     */
    private boolean canDonate(Block block, int input) {
        var donor = places.get(input).block();
        if (donor.to < block.from) {
            return isOnlyTenant(donor);
        }
        return donor.to == block.from && isOnlyTenant(donor) && writesOver(block, input);
    }

    /** Whether no value but the input, and its views, has moved into its memory yet. */
    private boolean isOnlyTenant(Block donor) {
        return blocks.stream().noneMatch(b -> b != donor && b.kind == Kind.INPUT && b.owner == donor.owner);
    }

    private boolean writesOver(Block block, int input) {
        var node = program.nodes().get(block.from);
        var donor = places.get(input).block();
        for (int i = 0; i < node.outputs().size(); i++) {
            if (places.get(node.first() + i).block() != block) {
                continue;
            }
            for (int k = 0; k < node.inputs().size(); k++) {
                int value = node.inputs().get(k);
                if (places.get(value).block() == donor
                        && (!node.op().inPlace(k, i)
                                || !program.type(value)
                                        .shape()
                                        .equals(node.outputs().get(i).shape()))) {
                    return false;
                }
            }
            return true;
        }
        return false;
    }

    /** As {@link Program#lastReads}; the end of the program for outputs. */
    private static int[] lastUses(Program program) {
        var last = program.lastReads();
        program.outputs()
                .forEach(output -> last[output.value()] = program.nodes().size());
        return last;
    }
}
