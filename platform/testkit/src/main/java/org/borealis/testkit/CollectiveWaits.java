package org.borealis.testkit;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Consumer;
import org.borealis.parallel.Group;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/**
 * An operation that can't end without a certain member.
 *
 * @param operation as the contract calls it in messages
 */
record CollectiveWaits(String operation, Work work) {
    private static final int COUNT = 1000;
    private static final DataType TYPE = DataType.FLOAT32;

    /** Does it. */
    interface Work {
        void run(Group group, Arena arena, int missing);
    }

    static final List<CollectiveWaits> ALL = List.of(
            new CollectiveWaits(
                    "all-reduce",
                    (group, arena, missing) -> group.allReduce(memory(arena, 1).memory(), TYPE, Fold.SUM)
                            .await()),
            new CollectiveWaits(
                    "all-gather",
                    (group, arena, missing) -> group.allGather(
                                    memory(arena, 1).memory(),
                                    memory(arena, group.size()).memory())
                            .await()),
            new CollectiveWaits(
                    "reduce-scatter",
                    (group, arena, missing) -> group.reduceScatter(
                                    memory(arena, group.size()).memory(),
                                    memory(arena, 1).memory(),
                                    TYPE)
                            .await()),
            new CollectiveWaits(
                    "all-to-all",
                    (group, arena, missing) -> group.allToAll(
                                    memory(arena, group.size()).memory(),
                                    memory(arena, group.size()).memory())
                            .await()),
            new CollectiveWaits(
                    "broadcast",
                    (group, arena, missing) ->
                            group.broadcast(memory(arena, 1).memory(), missing).await()),
            new CollectiveWaits(
                    "receive",
                    (group, arena, missing) ->
                            group.receive(memory(arena, 1).memory(), missing).await()),
            of("barrier", Group::barrier));

    private static CollectiveWaits of(String operation, Consumer<Group> work) {
        return new CollectiveWaits(operation, (group, arena, missing) -> work.accept(group));
    }

    void run(Group group, int missing) {
        work.run(group, Arena.ofAuto(), missing);
    }

    private static NativeTensor memory(Arena arena, int parts) {
        return NativeTensor.fill(arena, TYPE, COUNT * parts, i -> i);
    }
}
