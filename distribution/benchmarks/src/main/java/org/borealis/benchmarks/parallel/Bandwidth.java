package org.borealis.benchmarks.parallel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.benchmarks.PlainCalls;
import org.borealis.benchmarks.PlainCalls.Prepared;
import org.borealis.device.Slot;
import org.borealis.parallel.Group;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/**
 * Collectives through a group of Gloo's, and by a plain loop of the calls of c10d that do the same, turn by turn in the same processes.
 * Bus bandwidth is the bytes that a rank has to send in a ring, over the time.
 */
final class Bandwidth {
    static final int RANKS = 2;
    /** One for the group, one for the plain calls. */
    static final int MEETINGS = 2;

    private static final List<Long> SIZES = List.of(64L << 10, 256L << 10, 1L << 20, 4L << 20, 16L << 20, 64L << 20);
    private static final List<String> OPERATIONS = List.of("all-reduce", "all-gather", "reduce-scatter", "all-to-all");
    /** A turn takes at least as long as this many bytes do, so that small sizes take many calls. */
    private static final long BYTES_A_TURN = 32 << 20;

    private final int turns;

    Bandwidth(int turns) {
        this.turns = turns;
    }

    /** One of the ranks. */
    void measure(Seat seat) {
        try (var world = seat.collectives().join(seat.rendezvous(0))) {
            var group =
                    world.group("all", IntStream.range(0, seat.size()).boxed().toList());
            if (!seat.isFirst()) {
                group.barrier(); // the first rank listens before the others come
            }
            try (var plain = BackendLoader.peer(
                    PlainCalls.class, "PlainGloo", seat.addresses().get(1), seat.rank(), seat.size(), (Runnable)
                            group::barrier)) {
                if (seat.isFirst()) {
                    Table.head(
                            "operation, " + seat.size() + " processes",
                            "KiB",
                            "group, GB/s",
                            "plain calls, GB/s",
                            "group / plain",
                            "least to greatest");
                }
                for (var operation : OPERATIONS) {
                    for (long bytes : SIZES) {
                        try (var arena = Arena.ofConfined();
                                var theirs = plain.prepare(operation, bytes)) {
                            measure(seat, group, operation, arena.allocate(2 * bytes, Slot.ALIGNMENT), theirs);
                        }
                    }
                }
            }
        }
    }

    private void measure(Seat seat, Group group, String operation, MemorySegment memory, Prepared plain) {
        long bytes = memory.byteSize() / 2;
        int calls = (int) Math.max(1, BYTES_A_TURN / bytes);
        var source = memory.asSlice(0, bytes);
        var target = memory.asSlice(bytes, bytes);
        Runnable ours = () -> run(group, operation, source, target);
        var rates = new double[2][turns];
        var ratios = new double[turns];
        double bus = (operation.equals("all-reduce") ? 2.0 : 1.0) * (seat.size() - 1) / seat.size() * bytes / 1e9;
        ours.run();
        plain.run();
        for (int turn = 0; turn < turns; turn++) {
            rates[0][turn] = bus / seconds(group, calls, ours);
            rates[1][turn] = bus / seconds(group, calls, plain::run);
            ratios[turn] = rates[0][turn] / rates[1][turn];
        }
        if (seat.isFirst()) {
            var ratio = new Turns(ratios);
            Table.row(
                    "%s|%d|%.3f|%.3f|%.2f|%s",
                    operation,
                    bytes >> 10,
                    new Turns(rates[0]).median(),
                    new Turns(rates[1]).median(),
                    ratio.median(),
                    String.format(Locale.ROOT, "%.2f to %.2f", ratio.least(), ratio.greatest()));
        }
    }

    private static double seconds(Group group, int calls, Runnable work) {
        group.barrier();
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            work.run();
        }
        return (System.nanoTime() - start) / 1e9 / calls;
    }

    private static void run(Group group, String operation, MemorySegment source, MemorySegment target) {
        long part = source.byteSize() / group.size();
        var begun = switch (operation) {
            case "all-reduce" -> group.allReduce(source, DataType.FLOAT32, Fold.SUM);
            case "all-gather" -> group.allGather(source.asSlice(0, part), target);
            case "reduce-scatter" -> group.reduceScatter(source, target.asSlice(0, part), DataType.FLOAT32);
            default -> group.allToAll(source, target);
        };
        begun.await();
    }
}
