package org.borealis.testkit;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.borealis.parallel.Group;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/** Two members that do different things. */
record CollectiveMismatches(String sentence, Work work) {
    private static final DataType TYPE = DataType.FLOAT32;

    /** Does it with memory that it makes; {@code more} is 0 for one member and greater for the other. */
    interface Work {
        void run(Group group, Maker maker, int more);
    }

    /** Makes memory, and remembers it. */
    record Maker(Arena arena, List<NativeTensor> made) {
        NativeTensor of(int count) {
            var tensor = NativeTensor.fill(arena, TYPE, count, i -> i);
            made.add(tensor);
            return tensor;
        }
    }

    static final List<CollectiveMismatches> ALL = List.of(
            reduce("all-reduce, a little", 1000, 1),
            reduce("all-reduce, much", 1000, 1_000_000),
            new CollectiveMismatches(
                    "all-gather",
                    (group, maker, more) -> group.allGather(
                                    maker.of(1000 + more).memory(),
                                    maker.of(2000 + 2 * more).memory())
                            .await()),
            new CollectiveMismatches(
                    "reduce-scatter",
                    (group, maker, more) -> group.reduceScatter(
                                    maker.of(2000 + 2 * more).memory(),
                                    maker.of(1000 + more).memory(),
                                    TYPE)
                            .await()),
            new CollectiveMismatches(
                    "all-to-all",
                    (group, maker, more) -> group.allToAll(
                                    maker.of(2000 + 2 * more).memory(),
                                    maker.of(2000 + 2 * more).memory())
                            .await()),
            new CollectiveMismatches(
                    "broadcast of more",
                    (group, maker, more) ->
                            group.broadcast(maker.of(1000 + more).memory(), 1).await()),
            new CollectiveMismatches(
                    "broadcast of less",
                    (group, maker, more) ->
                            group.broadcast(maker.of(1000 + more).memory(), 0).await()),
            new CollectiveMismatches("a message of more", (group, maker, more) -> {
                var memory = maker.of(1000 + more).memory();
                (group.index() == 1 ? group.send(memory, 0) : group.receive(memory, 1)).await();
            }),
            new CollectiveMismatches("a message of less", (group, maker, more) -> {
                var memory = maker.of(1000 + more).memory();
                (group.index() == 0 ? group.send(memory, 1) : group.receive(memory, 0)).await();
            }),
            new CollectiveMismatches("one sums and one copies", (group, maker, more) -> {
                var memory = maker.of(1000).memory();
                (more == 0 ? group.allReduce(memory, TYPE, Fold.SUM) : group.broadcast(memory, 0)).await();
            }),
            new CollectiveMismatches(
                    "one sums and one finds the greatest",
                    (group, maker, more) -> group.allReduce(
                                    maker.of(1000).memory(), TYPE, more == 0 ? Fold.SUM : Fold.MAX)
                            .await()));

    private static CollectiveMismatches reduce(String sentence, int count, int more) {
        return new CollectiveMismatches(
                sentence,
                (group, maker, some) -> group.allReduce(
                                maker.of(count + (some == 0 ? 0 : more)).memory(), TYPE, Fold.SUM)
                        .await());
    }

    /** Runs it as member 0 or 1, and checks that nothing beside the memory was written, whatever comes of it. */
    void run(Group group) {
        var maker = new Maker(Arena.ofAuto(), new ArrayList<>());
        try {
            work.run(group, maker, group.index() == 0 ? 0 : 100);
        } finally {
            maker.made().forEach(tensor -> tensor.requireGuards(sentence));
        }
    }
}
