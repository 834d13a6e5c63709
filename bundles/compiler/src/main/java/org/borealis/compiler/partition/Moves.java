package org.borealis.compiler.partition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.parallel.Mesh.Axis;
import org.borealis.parallel.Placement;
import org.borealis.parallel.Placement.Owned;
import org.borealis.parallel.Placement.Partial;
import org.borealis.parallel.Placement.Replicate;
import org.borealis.parallel.Placement.Shard;
import org.borealis.parallel.Placement.Varying;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.Collective.AllReduce;
import org.borealis.tensor.Collective.AllToAll;
import org.borealis.tensor.Collective.BroadcastFrom;
import org.borealis.tensor.Collective.Index;
import org.borealis.tensor.Collective.Own;
import org.borealis.tensor.Collective.ReduceScatter;
import org.borealis.tensor.Collective.ReduceTo;
import org.borealis.tensor.Collective.Summand;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/** Brings tensors to where they are needed, each once. */
final class Moves {
    private final Axis axis;
    private final boolean isExact;
    private final Map<Key, Placed> known = new HashMap<>();

    private record Key(int value, Placement from, Placement to) {}

    Moves(Axis axis, boolean isExact) {
        this.axis = axis;
        this.isExact = isExact;
    }

    Placed to(Placed x, Placement to) {
        if (x.at().equals(to)) {
            return x;
        }
        var key = new Key(x.local().id(), x.at(), to);
        var found = known.get(key);
        if (found == null) {
            found = again(x, to);
            known.put(key, found);
        }
        return found;
    }

    /** As {@link #to}, again each time. */
    Placed again(Placed x, Placement to) {
        return x.at().equals(to) ? x : new Placed(moved(x, to), x.whole(), to);
    }

    private Tensor moved(Placed x, Placement to) {
        var t = x.local();
        return switch (x.at()) {
            case Replicate() when to instanceof Shard shard -> own(x, shard);
            case Replicate() when to instanceof Partial(var fold) && fold == Fold.SUM -> first(t);
            case Replicate() when to instanceof Varying -> t; // what depends on no batch is the same for each
            case Shard from when to instanceof Replicate -> gather(t, x.shape(), from);
            case Shard from when to instanceof Shard shard -> exchange(x, from, shard);
            case Partial(var fold)
            when to instanceof Replicate ->
                isExact && fold == Fold.SUM ? foldAll(t) : one(t, new AllReduce(axis.name(), fold));
            case Partial(var fold) when to instanceof Shard shard && fold == Fold.SUM -> scatter(x, shard);
            case Partial _ when to instanceof Shard shard -> own(to(x, Placement.REPLICATE), shard);
            case Varying()
            when to instanceof Replicate -> isExact ? foldAll(t) : one(t, new AllReduce(axis.name(), Fold.SUM));
            case Varying() when to instanceof Shard shard -> scatter(x, shard);
            case Partial(var fold)
            when to instanceof Owned(int owner) && fold == Fold.SUM && !isExact ->
                one(t, new ReduceTo(axis.name(), owner));
            case Varying() when to instanceof Owned(int owner) && !isExact -> one(t, new ReduceTo(axis.name(), owner));
            case Replicate() when to instanceof Owned -> t;
            case Owned(int owner)
            when to instanceof Replicate -> one(t, new BroadcastFrom(axis.name(), owner, t.type()));
            case Owned(int owner)
            when to instanceof Partial(var fold) && fold == Fold.SUM -> one(t, new Summand(axis.name(), owner));
            case Placement at when at instanceof Owned || to instanceof Owned -> moved(to(x, Placement.REPLICATE), to);
            default ->
                throw new ShapeException(
                        "axis " + axis + ": a tensor " + x.whole() + " can't come from " + x.at() + " to " + to);
        };
    }

    private static Tensor one(Tensor x, Op op) {
        return x.apply(op).get(0);
    }

    private Tensor own(Placed x, Shard to) {
        to.local(x.shape(), axis.ranks());
        if (to.blocks() == 1) {
            return one(x.local(), new Own(axis.name(), to.dim(), axis.ranks()));
        }
        var parts = one(parts(x.local(), to), new Own(axis.name(), 0, axis.ranks()));
        return parts.reshape(dropFirst(parts.shape()));
    }

    /** A tensor as a summand: that of the first rank, with zeros from the others. */
    private Tensor first(Tensor x) {
        var index = x.trace().apply(new Index(axis.name()), List.of()).get(0);
        var isFirst = index.equalTo(index.scalar(0)).as(x.type().type());
        return x.times(isFirst);
    }

    private Tensor gather(Tensor part, Shape whole, Shard from) {
        return joined(one(part, new AllGather(axis.name(), axis.ranks())), whole, from);
    }

    private Tensor exchange(Placed x, Shard from, Shard to) {
        if (from.dim() == to.dim()) {
            return own(to(x, Placement.REPLICATE), to);
        }
        to.local(x.shape(), axis.ranks());
        var sent = one(parts(x.local(), to), new AllToAll(axis.name(), axis.ranks()));
        return joined(sent, to.local(x.shape(), axis.ranks()), from);
    }

    private Tensor scatter(Placed x, Shard to) {
        to.local(x.shape(), axis.ranks());
        var parts = parts(x.local(), to);
        return isExact ? folded(parts) : one(parts, new ReduceScatter(axis.name(), axis.ranks()));
    }

    /**
     * Adds what every rank has of it to a running sum, which {@code sum} is: one rank after the other, so that the bits do not depend
     * on how many ranks there are.
     */
    Placed addInOrder(Placed sum, Placed summand) {
        if (sum.isOwned()) {
            var all = one(summand.local(), new AllGather(axis.name(), axis.ranks()));
            return new Placed(fold(sum.local(), all), sum.whole(), sum.at());
        }
        if (sum.at() instanceof Shard shard) {
            var total = fold(sum.local(), sent(parts(summand.local(), shard)));
            return new Placed(total, sum.whole(), shard);
        }
        return new Placed(foldAll(List.of(sum.local()), summand.local()), sum.whole(), Placement.REPLICATE);
    }

    private Tensor sent(Tensor parts) {
        return one(parts, new AllToAll(axis.name(), axis.ranks()));
    }

    /** Part r of all ranks' tensors, summed in the order of the ranks. */
    private Tensor folded(Tensor parts) {
        var all = sent(parts);
        return fold(part(all, 0), all, 1);
    }

    private Tensor fold(Tensor begin, Tensor parts) {
        return fold(begin, parts, 0);
    }

    private Tensor fold(Tensor begin, Tensor parts, int from) {
        var sum = begin;
        for (int rank = from; rank < axis.ranks(); rank++) {
            sum = sum.plus(part(parts, rank));
        }
        return sum;
    }

    private static Tensor part(Tensor parts, int rank) {
        return parts.slice(0, rank, 1).reshape(dropFirst(parts.shape()));
    }

    private Tensor foldAll(Tensor x) {
        return foldAll(List.of(), x);
    }

    /** Sums in the order of the ranks, for every rank: each sums one part of all elements, and gathers the others'. */
    private Tensor foldAll(List<Tensor> begin, Tensor x) {
        int elements = Math.toIntExact(x.shape().elements());
        int ranks = axis.ranks();
        int part = (elements + ranks - 1) / ranks;
        var sums = sent(padded(x, part * ranks).reshape(ranks, part));
        Tensor sum;
        if (begin.isEmpty()) {
            sum = fold(part(sums, 0), sums, 1);
        } else {
            var own = one(padded(begin.get(0), part * ranks), new Own(axis.name(), 0, ranks));
            sum = fold(own, sums);
        }
        return one(sum, new AllGather(axis.name(), ranks))
                .reshape(part * ranks)
                .slice(0, 0, elements)
                .reshape(x.shape());
    }

    private static Tensor padded(Tensor x, int elements) {
        int given = Math.toIntExact(x.shape().elements());
        var flat = x.reshape(given);
        if (given == elements) {
            return flat;
        }
        var missing = new TensorType(x.type().type(), Shape.of(elements - given));
        return flat.concatenate(0, x.constant(missing, 0));
    }

    /** What each rank is to have of a tensor that is here whole, behind each other: [ranks, ..]. */
    private Tensor parts(Tensor x, Shard to) {
        int ranks = axis.ranks();
        int dim = to.dim();
        var dims = x.shape().dims();
        var cut = new ArrayList<>(dims.subList(0, dim));
        cut.addAll(List.of(to.blocks(), ranks, dims.get(dim) / (to.blocks() * ranks)));
        cut.addAll(dims.subList(dim + 1, dims.size()));
        var part = new ArrayList<Integer>();
        part.add(ranks);
        part.addAll(to.local(x.shape(), ranks).dims());
        return front(x.reshape(new Shape(cut)), dim + 1).reshape(new Shape(part));
    }

    /** The inverse of {@link #parts}: [ranks, ..] to the tensor of which these are the parts. */
    private Tensor joined(Tensor parts, Shape whole, Shard from) {
        int ranks = axis.ranks();
        int dim = from.dim();
        var cut = new ArrayList<Integer>();
        cut.add(ranks);
        cut.addAll(whole.dims().subList(0, dim));
        cut.addAll(List.of(from.blocks(), whole.dim(dim) / (from.blocks() * ranks)));
        cut.addAll(whole.dims().subList(dim + 1, whole.rank()));
        return back(parts.reshape(new Shape(cut)), dim + 1).reshape(whole);
    }

    /** Brings a dim to the front. */
    private static Tensor front(Tensor x, int dim) {
        var order = order(x);
        order.remove(dim);
        order.addFirst(dim);
        return isTrivial(x.shape().dims().subList(0, dim)) ? x : x.transpose(order.toArray(Integer[]::new));
    }

    /** Brings the first dim to where {@code dim} is. */
    private static Tensor back(Tensor x, int dim) {
        var order = order(x);
        order.removeFirst();
        order.add(dim, 0);
        return isTrivial(x.shape().dims().subList(1, dim + 1)) ? x : x.transpose(order.toArray(Integer[]::new));
    }

    private static ArrayList<Integer> order(Tensor x) {
        var order = new ArrayList<Integer>();
        for (int d = 0; d < x.shape().rank(); d++) {
            order.add(d);
        }
        return order;
    }

    /** Whether exchanging these dims with another moves no element. */
    private static boolean isTrivial(List<Integer> sizes) {
        return sizes.stream().allMatch(size -> size == 1);
    }

    private static Shape dropFirst(Shape shape) {
        return new Shape(shape.dims().subList(1, shape.rank()));
    }
}
