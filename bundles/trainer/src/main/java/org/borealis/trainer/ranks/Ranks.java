package org.borealis.trainer.ranks;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.borealis.checkpoint.Checkpoints.Writers;
import org.borealis.parallel.Group;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Spread;
import org.borealis.parallel.Team;
import org.borealis.parallel.World;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/** This process among those that make the run. All ranks call the same methods in the same order. */
public final class Ranks implements Writers, AutoCloseable {
    /** A run that one process makes. */
    public static final Ranks ALONE = new Ranks(Spread.NONE, Optional.empty(), Team.ALONE, Optional.empty());

    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final Spread spread;
    private final Optional<Pipeline> pipeline;
    private final Team team;
    private final Optional<World> world;
    private final Optional<Group> all;
    private final int batches; // asked for in each step

    private Ranks(Spread spread, Optional<Pipeline> pipeline, Team team, Optional<World> world) {
        this.spread = spread;
        this.pipeline = pipeline;
        this.team = team;
        this.world = world;
        all = world.map(w -> w.group("all", IntStream.range(0, w.size()).boxed().toList()));
        batches = spread.batches();
    }

    /**
     * Takes its place among the others.
     *
     * @param world closed with this object
     */
    public static Ranks of(Spread spread, Optional<Pipeline> pipeline, World world) {
        try {
            return new Ranks(spread, pipeline, Team.of(spread.mesh(), world), Optional.of(world));
        } catch (RuntimeException e) {
            world.close();
            throw e;
        }
    }

    /** The first of ranks to plan for: nobody is met. */
    public static Ranks planned(Spread spread, Optional<Pipeline> pipeline) {
        return new Ranks(spread, pipeline, new Team(spread.mesh(), 0, Map.of()), Optional.empty());
    }

    /** To plan for another of the ranks. */
    public Ranks seenBy(int rank) {
        return new Ranks(spread, pipeline, new Team(spread.mesh(), rank, Map.of()), Optional.empty());
    }

    public Spread spread() {
        return spread;
    }

    /** How layers are shared, if they are. */
    public Optional<Pipeline> pipeline() {
        return pipeline;
    }

    public Team team() {
        return team;
    }

    public Mesh mesh() {
        return spread.mesh();
    }

    /** Whether there are others. */
    public boolean areMany() {
        return mesh().size() > 1;
    }

    /** Whether this is the rank that writes the run's files. */
    public boolean isFirst() {
        return team.rank() == 0;
    }

    /** Batches that all ranks together run at once. */
    public int batches() {
        return batches;
    }

    /** Which of these is this rank's. */
    public int batch() {
        return spread.batch(team.rank());
    }

    /** Waits for all. */
    public void meet() {
        all.ifPresent(Group::barrier);
    }

    /** The greatest of what the ranks say, for all of them. */
    public int greatest(int own) {
        return all.map(group -> greatest(group, own)).orElse(own);
    }

    private static int greatest(Group group, int own) {
        try (var arena = Arena.ofConfined()) {
            var word = arena.allocate(ValueLayout.JAVA_INT);
            word.set(ValueLayout.JAVA_INT, 0, own);
            group.allReduce(word, DataType.INT32, Fold.MAX).await();
            return word.get(ValueLayout.JAVA_INT, 0);
        }
    }

    @Override
    public int index() {
        return team.rank();
    }

    @Override
    public int count() {
        return mesh().size();
    }

    @Override
    public List<byte[]> exchange(byte[] own) {
        return all.map(group -> exchange(group, own)).orElseGet(() -> List.of(own));
    }

    private static List<byte[]> exchange(Group group, byte[] own) {
        long bytes = LENGTH.byteSize() + greatest(group, own.length);
        try (var arena = Arena.ofConfined()) {
            var part = arena.allocate(bytes);
            part.set(LENGTH, 0, own.length);
            part.asSlice(LENGTH.byteSize()).copyFrom(MemorySegment.ofArray(own));
            var whole = arena.allocate(bytes * group.size());
            group.allGather(part, whole).await();
            var said = new ArrayList<byte[]>();
            for (int rank = 0; rank < group.size(); rank++) {
                var its = whole.asSlice(rank * bytes, bytes);
                said.add(its.asSlice(LENGTH.byteSize(), its.get(LENGTH, 0)).toArray(ValueLayout.JAVA_BYTE));
            }
            return said;
        }
    }

    /** What each batch's ranks have, in the order of the batches: [batches][own.length]. */
    public double[][] perBatch(double... own) {
        return all.map(group -> perBatch(group, own)).orElseGet(() -> new double[][] {own});
    }

    private double[][] perBatch(Group group, double[] own) {
        var perBatch = new double[batches][];
        try (var arena = Arena.ofConfined()) {
            long bytes = own.length * (long) Double.BYTES;
            var part = arena.allocate(bytes, Double.BYTES);
            var whole = arena.allocate(bytes * group.size(), Double.BYTES);
            for (int i = 0; i < own.length; i++) {
                part.setAtIndex(DOUBLE, i, own[i]);
            }
            group.allGather(part, whole).await();
            for (int rank = group.size() - 1; rank >= 0; rank--) {
                perBatch[spread.batch(rank)] =
                        whole.asSlice(rank * bytes, bytes).toArray(DOUBLE);
            }
        }
        return perBatch;
    }

    /** Sum over all batches of what one of the ranks of each has, in the order of the batches. */
    public double sum(double own) {
        return Arrays.stream(perBatch(own)).mapToDouble(each -> each[0]).sum();
    }

    @Override
    public void close() {
        world.ifPresent(World::close);
    }
}
