package org.borealis.benchmarks.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.tensor.BorealisException;

/** Ranks as threads of this process. */
final class RankThreads {
    private static final int MEETINGS = 16;

    private RankThreads() {}

    /** What a rank does. */
    interface Body<T> {
        T run(Seat seat) throws Exception;
    }

    /** What each rank gives, in their order. */
    static <T> List<T> run(int size, Body<T> body) {
        var collectives = new ThreadCollectives();
        var addresses =
                IntStream.range(0, MEETINGS).mapToObj(i -> "threads:" + i).toList();
        var tasks = new ArrayList<FutureTask<T>>();
        for (int rank = 0; rank < size; rank++) {
            var seat = new Seat(collectives, addresses, rank, size);
            var task = new FutureTask<>(() -> body.run(seat));
            tasks.add(task);
            Thread.ofPlatform().daemon().name("rank " + rank).start(task);
        }
        return tasks.stream().map(RankThreads::result).toList();
    }

    private static <T> T result(FutureTask<T> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new BorealisException("benchmark", "a rank failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BorealisException("benchmark", "interrupted", e);
        }
    }
}
