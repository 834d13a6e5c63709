package org.borealis.collectives.gloo;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.Group;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TensorVector;

/**
 * All-reduce of 64 MB through a group, and by a plain loop of the calls that it makes, turn by turn in the same processes. Bus bandwidth
 * is 2 (n - 1) / n times the bytes, over the time.
 */
final class Bandwidth {
    private static final int BYTES = 64 << 20;
    private static final int TURNS = 15;

    private Bandwidth() {}

    /** Run it with two processes of {@link RankProcess}. */
    static void measure(Rendezvous rendezvous, Group group) {
        var data = RankProcess.floats(BYTES / Float.BYTES, i -> 0);
        var scalar = data.asSlice(0, Float.BYTES);
        int colon = rendezvous.address().lastIndexOf(':');
        int port = Integer.parseInt(rendezvous.address().substring(colon + 1)) + 1;
        var beside = new Rendezvous(
                rendezvous.address().substring(0, colon + 1) + port,
                rendezvous.rank(),
                rendezvous.size(),
                rendezvous.timeout());
        var point = MeetingPoint.meet(beside);
        try (var timeout = point.milliseconds();
                var options = ProcessGroupGloo.Options.create_default(timeout);
                var plain = new ProcessGroupGloo(point.table("plain"), rendezvous.rank(), rendezvous.size(), options)) {
            for (var memory : new MemorySegment[] {data, scalar}) {
                var ours = new double[TURNS];
                var theirs = new double[TURNS];
                for (int turn = 0; turn < TURNS; turn++) {
                    ours[turn] = seconds(
                            memory,
                            () -> group.allReduce(memory, DataType.FLOAT32, Fold.SUM)
                                    .await());
                    theirs[turn] = seconds(memory, () -> allReduce(plain, memory));
                }
                Arrays.sort(ours);
                Arrays.sort(theirs);
                double bus = 2.0 * (group.size() - 1) / group.size() * memory.byteSize() / 1e9;
                System.out.printf(
                        "all-reduce of %d bytes, %d processes, bus bandwidth in GB/s: group %.3f best %.3f middle, plain"
                                + " calls %.3f best %.3f middle; seconds %.6f and %.6f%n",
                        memory.byteSize(),
                        group.size(),
                        bus / ours[0],
                        bus / ours[TURNS / 2],
                        bus / theirs[0],
                        bus / theirs[TURNS / 2],
                        ours[TURNS / 2],
                        theirs[TURNS / 2]);
            }
        } finally {
            point.close();
        }
    }

    /** A thousandth of a turn's time is not measured, so small memory takes many calls. */
    private static double seconds(MemorySegment memory, Runnable work) {
        int calls = memory.byteSize() < 1 << 20 ? 200 : 1;
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            work.run();
        }
        return (System.nanoTime() - start) / 1e9 / calls;
    }

    private static void allReduce(ProcessGroupGloo plain, MemorySegment memory) {
        try (var tensor = Blobs.of(memory, DataType.FLOAT32);
                var vector = new TensorVector(tensor);
                var work = plain.allreduce(vector)) {
            work._wait();
        }
    }
}
