package org.borealis.compiler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.Collective.AllReduce;
import org.borealis.tensor.Collective.AllToAll;
import org.borealis.tensor.Collective.ReduceScatter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Joins small exchanges of one kind into one: its tensors stand behind each other. The first of them then waits for the last, so they
 * join only if nobody reads a result before that.
 */
final class Buckets {
    /** Bytes above which a tensor goes alone: what it takes to begin counts for little then, and copying for much. */
    private static final long LARGE = 256 << 10;

    /**
     * Bytes of a bucket. Of 25 million parameters this makes 77 operations 27; benchmark {@code overlap} hides no more behind computing
     * with four times of either bound.
     */
    private static final long FULL = 1 << 20;

    private final Program program;
    private final Owners owners;
    private final @Nullable Bucket[] bucketOf;
    private final @Nullable Tensor[] tensors;
    private final Program.Builder builder;

    /** What may be joined. */
    private record Kind(Op op, DataType type, Map<String, Integer> owners) {}

    /** Nodes that become one. */
    private static final class Bucket {
        final List<Integer> members = new ArrayList<>();
        long bytes;

        @Nullable
        Tensor result;
    }

    private Buckets(Program program) {
        this.program = program;
        owners = new Owners(program);
        bucketOf = new Bucket[program.nodes().size()];
        tensors = new Tensor[program.values()];
        builder = new Program.Builder(program.name());
    }

    static Program of(Program program) {
        var buckets = new Buckets(program);
        return buckets.fill() ? buckets.write() : program;
    }

    /** Whether there is anything to join. */
    private boolean fill() {
        Map<Kind, Bucket> open = new HashMap<>();
        boolean isUseful = false;
        for (int n = 0; n < bucketOf.length; n++) {
            open.values().removeAll(readBy(n));
            long bytes = bytes(n);
            if (!canJoin(op(n)) || bytes > LARGE) {
                continue;
            }
            var kind = new Kind(op(n), type(n), owners.of(program.nodes().get(n).first()));
            var bucket = open.get(kind);
            if (bucket == null || bucket.bytes + bytes > FULL) {
                bucket = new Bucket();
                open.put(kind, bucket);
            }
            bucket.members.add(n);
            bucket.bytes += bytes;
            bucketOf[n] = bucket;
            isUseful |= bucket.members.size() > 1;
        }
        return isUseful;
    }

    private Op op(int n) {
        return program.nodes().get(n).op();
    }

    private DataType type(int n) {
        return program.nodes().get(n).outputs().get(0).type();
    }

    private Set<Bucket> readBy(int n) {
        var read = new HashSet<Bucket>();
        for (int value : program.nodes().get(n).inputs()) {
            if (value >= program.inputs().size()) {
                var bucket = bucketOf[program.producer(value)];
                if (bucket != null) {
                    read.add(bucket);
                }
            }
        }
        return read;
    }

    /** The larger of what goes in and what comes out. */
    private long bytes(int n) {
        var node = program.nodes().get(n);
        long given = node.inputs().stream()
                .mapToLong(value -> program.type(value).bytes())
                .sum();
        return Math.max(given, node.outputs().get(0).bytes());
    }

    private static boolean canJoin(Op op) {
        return op instanceof AllReduce || op instanceof AllGather || givesParts(op);
    }

    /** Whether the operand has a leading dim of one part for each rank. */
    private static boolean givesParts(Op op) {
        return op instanceof ReduceScatter || op instanceof AllToAll;
    }

    /** Whether the result has a leading dim of one part for each rank. */
    private static boolean getsParts(Op op) {
        return op instanceof AllGather || op instanceof AllToAll;
    }

    private Program write() {
        for (int i = 0; i < program.inputs().size(); i++) {
            var input = program.inputs().get(i);
            tensors[i] = builder.input(input.name(), input.type());
        }
        for (int n = 0; n < bucketOf.length; n++) {
            var node = program.nodes().get(n);
            var bucket = bucketOf[n];
            if (bucket == null || bucket.members.size() == 1) {
                var results = builder.repeat(
                        program, node, node.inputs().stream().map(this::tensor).toList());
                for (int i = 0; i < results.size(); i++) {
                    tensors[node.first() + i] = results.get(i);
                }
            } else if (bucket.members.getLast() == n) {
                bucket.result = joined(bucket);
            }
        }
        Rewrite.copyOutputs(program, this::tensor, builder);
        return builder.build();
    }

    private Tensor joined(Bucket bucket) {
        var op = op(bucket.members.getFirst());
        var parts = bucket.members.stream()
                .map(n -> tensor(program.nodes().get(n).inputs().get(0)))
                .map(x -> x.reshape(flat(x.shape(), givesParts(op))))
                .toList();
        var others = parts.subList(1, parts.size()).toArray(Tensor[]::new);
        return parts.getFirst()
                .concatenate(givesParts(op) ? 1 : 0, others)
                .apply(op)
                .get(0);
    }

    /** The tensor of a value; a part of a bucket's result is cut out when it is first read, so that nobody waits before. */
    private Tensor tensor(int value) {
        var tensor = tensors[value];
        if (tensor == null) {
            tensor = part(program.producer(value));
            tensors[value] = tensor;
        }
        return tensor;
    }

    private Tensor part(int n) {
        var bucket = Objects.requireNonNull(bucketOf[n]);
        boolean hasParts = getsParts(op(n));
        int start = 0;
        for (int member : bucket.members.subList(0, bucket.members.indexOf(n))) {
            start += length(member, hasParts);
        }
        return Objects.requireNonNull(bucket.result)
                .slice(hasParts ? 1 : 0, start, length(n, hasParts))
                .reshape(program.nodes().get(n).outputs().get(0).shape());
    }

    private int length(int n, boolean hasParts) {
        var flat = flat(program.nodes().get(n).outputs().get(0).shape(), hasParts);
        return flat.dim(flat.rank() - 1);
    }

    private static Shape flat(Shape shape, boolean hasParts) {
        int elements = Math.toIntExact(shape.elements());
        return hasParts ? Shape.of(shape.dim(0), elements / shape.dim(0)) : Shape.of(elements);
    }
}
