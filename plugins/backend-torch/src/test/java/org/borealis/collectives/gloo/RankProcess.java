package org.borealis.collectives.gloo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.borealis.backend.torch.Natives;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.Group;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.testkit.Settings;

/**
 * One rank as a process: address, rank, size, time-out in seconds, what to do. Says "ready" and waits for a line before it joins, so that
 * no time-out covers the start of a JVM.
 */
final class RankProcess {
    static final int REFUSED = 7;
    private static final int COUNT = 100_003;
    private static final int LARGE = 1 << 20;

    private RankProcess() {}

    static GlooCollectives collectives() {
        return new GlooCollectives(Settings.of(GlooCollectives.Config.class, Map.of()));
    }

    /** Ends with {@link #REFUSED} after a {@link CommunicationException}. */
    public static void main(String[] arguments) throws IOException {
        Natives.loadGloo();
        System.out.println("ready");
        if (System.in.read() < 0) {
            return;
        }
        int size = Integer.parseInt(arguments[2]);
        var rendezvous = new Rendezvous(
                arguments[0], Integer.parseInt(arguments[1]), size, Duration.ofSeconds(Integer.parseInt(arguments[3])));
        try (var world = collectives().join(rendezvous)) {
            var group = world.group("job", IntStream.range(0, size).boxed().toList());
            switch (arguments[4]) {
                case "everything" -> everything(group);
                case "sums-for-ever" -> sumsForEver(group);
                default -> throw new IllegalArgumentException(arguments[4]);
            }
        } catch (CommunicationException e) {
            System.out.println(e.code() + " | " + e.getMessage());
            Runtime.getRuntime().halt(REFUSED);
        }
    }

    private static void sumsForEver(Group group) {
        var data = floats(LARGE, i -> 0);
        for (long turn = 0; ; turn++) {
            group.allReduce(data, DataType.FLOAT32, Fold.SUM).await();
            if (turn == 3) {
                System.out.println("summing");
            }
        }
    }

    private static void everything(Group group) {
        int size = group.size();
        int own = group.index();
        int sumOfRanks = size * (size - 1) / 2;
        for (int turn = 0; turn < 3; turn++) {
            var data = floats(COUNT, i -> own + i % 5);
            var whole = floats(COUNT * size, i -> -1);
            var source = floats(COUNT * size, i -> own * 100 + (double) (i / COUNT));
            var target = floats(COUNT * size, i -> -1);
            var gathered = group.allGather(floats(COUNT, i -> own * 3 + i % 7), whole);
            var summed = group.allReduce(data, DataType.FLOAT32, Fold.SUM);
            var exchanged = group.allToAll(source, target);
            summed.await();
            gathered.await();
            exchanged.await();
            require("all-reduce", data, i -> sumOfRanks + size * (i % 5));
            require("all-gather", whole, i -> i / COUNT * 3 + i % COUNT % 7);
            require("all-to-all", target, i -> i / COUNT * 100 + own);

            var part = floats(COUNT, i -> -1);
            group.reduceScatter(floats(COUNT * size, i -> own + i % 11), part, DataType.FLOAT32)
                    .await();
            require("reduce-scatter", part, i -> sumOfRanks + size * ((own * COUNT + i) % 11));

            var told = floats(COUNT, i -> own * 10 + i % 3);
            group.broadcast(told, size - 1).await();
            require("broadcast", told, i -> (size - 1) * 10 + i % 3);

            var heard = floats(COUNT, i -> -1);
            var sent = group.send(floats(COUNT, i -> own), (own + 1) % size);
            group.receive(heard, (own + size - 1) % size).await();
            sent.await();
            require("receive", heard, i -> (own + size - 1) % size);
            group.barrier();
        }
    }

    static MemorySegment floats(int count, IntToDoubleFunction value) {
        var memory = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, count);
        for (int i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value.applyAsDouble(i));
        }
        return memory;
    }

    private static void require(String what, MemorySegment memory, IntToDoubleFunction wanted) {
        for (int i = 0; i < memory.byteSize() / Float.BYTES; i++) {
            float value = memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (value != (float) wanted.applyAsDouble(i)) {
                throw new AssertionError(
                        what + ", element " + i + ": wanted " + wanted.applyAsDouble(i) + ", got " + value);
            }
        }
    }
}
