package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.Group;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Pending;
import org.borealis.parallel.World;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.TensorType;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a library of collectives has to do: exact results, the same bits everywhere, order, and errors in time. Extend it, and say which
 * library. Ranks are threads of one JVM, which all join through the same object.
 */
@ConsumerType
public abstract class CollectivesConformance {
    private static final List<Integer> COUNTS = List.of(1, 3, 129, 100_003);
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(2);

    /** The library under test. */
    protected abstract Collectives collectives();

    @TestFactory
    final Stream<DynamicContainer> resultsAreExact() {
        return IntStream.rangeClosed(1, 4)
                .mapToObj(size -> DynamicContainer.dynamicContainer(
                        size + " members",
                        Arrays.stream(CollectiveCases.values())
                                .map(one -> dynamicTest(one.sentence(), () -> exact(one, size)))));
    }

    private void exact(CollectiveCases one, int size) {
        ranks(size, PATIENT).run(world -> {
            var group = all(world);
            for (var type : CollectiveCases.TYPES) {
                for (int count : COUNTS) {
                    try (var arena = Arena.ofConfined()) {
                        one.run(group, arena, type, count);
                    }
                }
            }
        });
    }

    @Test
    void allReduceGivesTheSameBitsToAll() {
        int size = 4;
        for (var type : List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.FLOAT16, DataType.BFLOAT16)) {
            var results = new byte[size][];
            int count = 10_007;
            ranks(size, PATIENT).run(world -> {
                try (var arena = Arena.ofConfined()) {
                    var data = NativeTensor.fill(arena, type, count, i -> awkward(world.rank(), i));
                    all(world).allReduce(data.memory(), type, Fold.SUM).await();
                    results[world.rank()] = data.bytes();
                    requireNear(data, size);
                }
            });
            for (int rank = 1; rank < size; rank++) {
                assertArrayEquals(results[0], results[rank], type + ": rank " + rank + " has other bits than rank 0");
            }
        }
    }

    /** Each of the additions rounds by half an epsilon of a sum of at most 1 a member, and so did the inputs. */
    private static void requireNear(NativeTensor data, int size) {
        double epsilon = switch (data.type().type()) {
            case FLOAT64 -> 0x1p-52;
            case FLOAT32 -> 0x1p-23;
            case FLOAT16 -> 0x1p-10;
            default -> 0x1p-7;
        };
        for (int i = 0; i < data.type().shape().elements(); i++) {
            double sum = 0;
            for (int rank = 0; rank < size; rank++) {
                sum += awkward(rank, i);
            }
            assertEquals(sum, data.get(i), size * size * epsilon, data.type() + ", element " + i);
        }
    }

    private static double awkward(int rank, int i) {
        return StrictMath.sin(0.7 * i * i + 1.9 * i + 5.1 * rank);
    }

    @Test
    void rowsAndColumnsOfAMeshTalkAtTheSameTime() {
        var mesh = Mesh.parse("row=2,column=2");
        ranks(4, PATIENT).run(world -> {
            var along = mesh.line(world.rank(), "column");
            var across = mesh.line(world.rank(), "row");
            var row = world.group("row", along);
            var column = world.group("column", across);
            assertEquals(along.indexOf(world.rank()), row.index());
            assertEquals(2, row.size());
            try (var arena = Arena.ofConfined()) {
                for (int turn = 0; turn < 20; turn++) {
                    var first = NativeTensor.fill(arena, DataType.FLOAT32, 1003, i -> world.rank() + i % 7);
                    var second = NativeTensor.fill(arena, DataType.INT64, 77, i -> world.rank() * 10 + i);
                    var rows = row.allReduce(first.memory(), DataType.FLOAT32, Fold.SUM);
                    var columns = column.allReduce(second.memory(), DataType.INT64, Fold.SUM);
                    columns.await();
                    rows.await();
                    first.requireEquals("rows", i -> along.get(0) + along.get(1) + 2 * (i % 7));
                    second.requireEquals("columns", i -> 10 * (across.get(0) + across.get(1)) + 2 * i);
                }
            }
        });
    }

    @Test
    void membersStandInTheOrderThatTheyAreNamedIn() {
        ranks(3, PATIENT).run(world -> {
            var group = world.group("turned", List.of(2, 0, 1));
            assertEquals(List.of(2, 0, 1).indexOf(world.rank()), group.index());
            CollectiveCases.ALL_GATHER.run(group, Arena.ofAuto(), DataType.INT32, 5);
        });
    }

    @Test
    void messagesArriveInTheOrderTheyWereSent() {
        ranks(2, PATIENT).run(world -> {
            var group = all(world);
            try (var arena = Arena.ofConfined()) {
                var messages = IntStream.range(0, 50)
                        .mapToObj(turn -> NativeTensor.fill(
                                arena, DataType.INT32, 1 + turn % 3 * 500, i -> world.rank() == 0 ? turn : -1))
                        .toList();
                var pending = messages.stream()
                        .map(message -> world.rank() == 0
                                ? group.send(message.memory(), 1)
                                : group.receive(message.memory(), 0))
                        .toList();
                pending.reversed().forEach(Pending::await);
                for (int turn = 0; turn < messages.size(); turn++) {
                    int wanted = turn;
                    messages.get(turn).requireEquals("message " + turn, i -> wanted);
                }
            }
        });
    }

    @Test
    void severalArePendingAtOnceAndAwaitedInAnotherOrder() {
        ranks(3, PATIENT).run(world -> {
            var group = all(world);
            int n = 20_001;
            try (var arena = Arena.ofConfined()) {
                for (int turn = 0; turn < 10; turn++) {
                    var own = CollectiveCases.own(group, DataType.FLOAT32);
                    var sums = NativeTensor.fill(arena, DataType.FLOAT32, n, own);
                    var part = NativeTensor.fill(arena, DataType.FLOAT32, n, own);
                    var whole = NativeTensor.unset(arena, DataType.FLOAT32, 3 * n);
                    var copied = NativeTensor.fill(arena, DataType.FLOAT32, n, own);
                    var addends = NativeTensor.fill(arena, DataType.FLOAT32, 3 * n, own);
                    var share = NativeTensor.unset(arena, DataType.FLOAT32, n);
                    var pending = List.of(
                            group.allReduce(sums.memory(), DataType.FLOAT32, Fold.SUM),
                            group.allGather(part.memory(), whole.memory()),
                            group.broadcast(copied.memory(), 1),
                            group.reduceScatter(addends.memory(), share.memory(), DataType.FLOAT32));
                    List.of(2, 0, 3, 1).forEach(i -> pending.get(i).await());
                    pending.getFirst().await();
                    sums.requireEquals("sums", i -> CollectiveCases.sum(group, DataType.FLOAT32, i));
                    whole.requireEquals("whole", i -> CollectiveCases.value(DataType.FLOAT32, i / n, i % n));
                    copied.requireEquals("copied", i -> CollectiveCases.value(DataType.FLOAT32, 1, i));
                    share.requireEquals(
                            "share", i -> CollectiveCases.sum(group, DataType.FLOAT32, world.rank() * n + i));
                }
            }
        });
    }

    @Test
    void aBarrierHoldsAllUntilTheLastHasCome() {
        var come = new AtomicInteger();
        ranks(3, PATIENT).run(world -> {
            var group = all(world);
            for (int turn = 1; turn <= 20; turn++) {
                if (world.rank() == turn % 3) {
                    Thread.sleep(5);
                }
                come.incrementAndGet();
                group.barrier();
                assertTrue(come.get() >= 3 * turn, "passed when " + come.get() + " had come");
                group.barrier();
            }
        });
    }

    @TestFactory
    final Stream<DynamicTest> whoLeavesIsMissedByTheOthers() {
        return CollectiveWaits.ALL.stream().map(wait -> dynamicTest(wait.operation(), () -> missed(wait, true)));
    }

    /** Trials that do nothing but wait, most of their time: so they begin at once, and each is a test that waits for its end. */
    private static <T> Stream<DynamicTest> together(List<T> trials, Function<T, String> name, Consumer<T> trial) {
        return trials.stream()
                .map(each -> {
                    var task = new FutureTask<Void>(() -> trial.accept(each), null);
                    Thread.ofPlatform().daemon().name(name.apply(each)).start(task);
                    return dynamicTest(name.apply(each), () -> ended(task));
                })
                .toList()
                .stream();
    }

    private static void ended(FutureTask<Void> trial) throws Throwable {
        try {
            trial.get();
        } catch (ExecutionException e) {
            throw Objects.requireNonNullElse(e.getCause(), e);
        }
    }

    @TestFactory
    final Stream<DynamicTest> whoNeverComesIsMissedWhenTheTimeIsUp() {
        return together(
                CollectiveWaits.ALL,
                CollectiveWaits::operation,
                wait -> assertTrue(missed(wait, false).contains("peer-late"), "nobody says that a peer is late"));
    }

    /** What the others throw: the first to give up may pull the rest with it, so either code is right for one of them. */
    private List<String> missed(CollectiveWaits wait, boolean leaves) {
        int size = 3;
        var ranks = ranks(size, SHORT);
        var ended = new CyclicBarrier(size);
        var codes = new CopyOnWriteArrayList<String>();
        var allowed = List.of("peer-lost", "peer-late");
        ranks.run(world -> {
            var group = world.group("everybody", ranks.all());
            CollectiveCases.ALL_REDUCE_SUMS.run(group, Arena.ofAuto(), DataType.FLOAT32, 129);
            if (world.rank() < size - 1) {
                var refusal = ranks.refused(() -> wait.run(group, size - 1), wait.operation(), allowed);
                for (var word : List.of("everybody", wait.operation(), "rank " + world.rank())) {
                    assertTrue(RankThreads.message(refusal).contains(word), word + "? " + refusal);
                }
                codes.add(refusal.code());
                ranks.refused(() -> wait.run(group, size - 1), "again", allowed);
            } else if (leaves) {
                world.close();
            }
            ended.await();
        });
        return codes;
    }

    @TestFactory
    final Stream<DynamicTest> whoNeverJoinsIsMissedWhenTheTimeIsUp() {
        return together(List.of(0, 1), rank -> "rank " + rank, rank -> {
            var ranks = ranks(2, SHORT);
            var refusal = ranks.refused(() -> ranks.join(rank), "join of rank " + rank, List.of("rendezvous"));
            assertTrue(RankThreads.message(refusal).contains(ranks.address()), "where? " + refusal);
        });
    }

    @TestFactory
    final Stream<DynamicTest> sizesThatDifferDoNoHarm() {
        return together(CollectiveMismatches.ALL, CollectiveMismatches::sentence, this::toldOf);
    }

    private void toldOf(CollectiveMismatches mismatch) {
        var met = new AtomicInteger();
        var outcomes = ranks(2, SHORT).outcomes(world -> {
            var group = all(world);
            CollectiveCases.ALL_REDUCE_SUMS.run(group, Arena.ofAuto(), DataType.FLOAT32, 5);
            met.incrementAndGet();
            mismatch.run(group);
        });
        var refusals = outcomes.stream().flatMap(Optional::stream).toList();
        assertTrue(met.get() > 0, () -> "they do not even meet: " + refusals);
        assertTrue(!refusals.isEmpty(), "nobody was told");
        for (var refusal : refusals) {
            assertTrue(refusal instanceof CommunicationException, () -> "got " + refusal);
        }
    }

    @Test
    void closingTwiceDoesNothingAndGroupsAreDeadAfterwards() {
        var ranks = ranks(2, SHORT);
        ranks.run(world -> {
            var group = all(world);
            group.barrier();
            world.close();
            world.close();
            ranks.refused(group::barrier, "barrier after close", List.of("closed"));
            ranks.refused(() -> world.group("late", List.of(0, 1)), "group after close", List.of("closed"));
        });
    }

    @Test
    void ranksMeetAgainAtAFreshAddressAfterAFailure() {
        for (int turn = 0; turn < 3; turn++) {
            var ranks = ranks(2, SHORT);
            ranks.run(world -> {
                var group = all(world);
                group.barrier();
                if (world.rank() == 1) {
                    ranks.refused(
                            () -> CollectiveWaits.ALL.getFirst().run(group, 0),
                            "left",
                            List.of("peer-lost", "peer-late"));
                }
            });
            ranks(2, PATIENT)
                    .run(world ->
                            CollectiveCases.ALL_REDUCE_SUMS.run(all(world), Arena.ofAuto(), DataType.FLOAT32, 129));
        }
    }

    @Test
    void aThousandSmallOperationsKeepTheirOrder() {
        ranks(2, PATIENT).run(world -> {
            var group = all(world);
            try (var arena = Arena.ofConfined()) {
                var data = NativeTensor.fill(arena, DataType.INT64, 1, i -> 1);
                for (int turn = 0; turn < 60; turn++) {
                    group.allReduce(data.memory(), DataType.INT64, Fold.SUM).await();
                }
                data.requireEquals("doubled", i -> (double) (1L << 60));
                for (int turn = 0; turn < 1000; turn++) {
                    int number = turn;
                    var other = new HostTensor(TensorType.of(DataType.INT64, 1), data.memory());
                    data.memory()
                            .copyFrom(HostTensor.of(other.type(), world.rank() == turn % 2 ? turn : -1)
                                    .elements());
                    group.broadcast(data.memory(), turn % 2).await();
                    data.requireEquals("number", i -> number);
                }
            }
        });
    }

    private RankThreads ranks(int size, Duration timeout) {
        return RankThreads.of(collectives(), size, timeout);
    }

    private static Group all(World world) {
        return world.group("all", IntStream.range(0, world.size()).boxed().toList());
    }
}
