package org.borealis.trainer.fakes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Spread;
import org.borealis.trainer.ranks.Pipeline;
import org.borealis.trainer.ranks.Ranks;

/** All ranks of a mesh as threads. */
public final class ThreadRanks {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Spread spread;
    private final Optional<Pipeline> pipeline;

    /** @param known strategies by axis, of which the mesh takes its own */
    public ThreadRanks(String mesh, Map<String, ParallelStrategy> known) {
        this(mesh, known, false);
    }

    /** @param isExact whether sums over batches are made in their order */
    public ThreadRanks(String mesh, Map<String, ParallelStrategy> known, boolean isExact) {
        this(mesh, known, isExact, Optional.empty());
    }

    /** Ranks that share the layers, too. */
    public ThreadRanks(String mesh, Map<String, ParallelStrategy> known, boolean isExact, Pipeline pipeline) {
        this(mesh, known, isExact, Optional.of(pipeline));
    }

    private ThreadRanks(
            String mesh, Map<String, ParallelStrategy> known, boolean isExact, Optional<Pipeline> pipeline) {
        this.pipeline = pipeline;
        var parsed = Mesh.parse(mesh);
        var strategies = new HashMap<>(known);
        strategies.keySet().removeIf(axis -> parsed.ranks(axis) == 1);
        spread = new Spread(parsed, strategies, isExact);
    }

    /** What each rank gives, in their order. */
    public <T> List<T> run(Function<Ranks, T> body) {
        var collectives = new ThreadCollectives();
        int size = spread.mesh().size();
        var tasks = new ArrayList<FutureTask<T>>();
        for (int rank = 0; rank < size; rank++) {
            var rendezvous = new Rendezvous("ranks", rank, size, TIMEOUT);
            var task = new FutureTask<>(() -> {
                try (var ranks = Ranks.of(spread, pipeline, collectives.join(rendezvous))) {
                    return body.apply(ranks);
                }
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().name("rank " + rank).start(task);
        }
        return tasks.stream().map(ThreadRanks::result).toList();
    }

    private static <T> T result(FutureTask<T> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new AssertionError(String.valueOf(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
