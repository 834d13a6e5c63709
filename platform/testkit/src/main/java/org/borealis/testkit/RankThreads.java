package org.borealis.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.World;
import org.junit.jupiter.api.Assertions;

/** Ranks of a job as threads of this JVM, each with its own world. */
record RankThreads(Collectives collectives, String address, int size, Duration timeout) {
    /** Beyond the time-out: what a library and a busy machine may add to it. */
    private static final Duration SLACK = Duration.ofSeconds(15);

    /** What one rank does. */
    interface Body {
        void run(World world) throws Exception;
    }

    static RankThreads of(Collectives collectives, int size, Duration timeout) {
        return new RankThreads(collectives, freeAddress(), size, timeout);
    }

    /** An address of this machine that nobody listens on. */
    static String freeAddress() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getInetAddress().getHostAddress() + ":" + socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    World join(int rank) {
        return collectives.join(new Rendezvous(address, rank, size, timeout));
    }

    List<Integer> all() {
        return IntStream.range(0, size).boxed().toList();
    }

    /** Runs all ranks; the first failure of one is thrown. */
    void run(Body body) {
        for (var outcome : outcomes(body)) {
            outcome.ifPresent(failure -> {
                throw new AssertionError(message(failure), failure);
            });
        }
    }

    /** Runs all ranks, and gives what each of them threw, if anything. */
    List<Optional<Throwable>> outcomes(Body body) {
        var tasks = new ArrayList<FutureTask<Void>>();
        for (int rank : all()) {
            var task = new FutureTask<Void>(() -> {
                try (var world = join(rank)) {
                    body.run(world);
                }
                return null;
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().name("rank " + rank).start(task);
        }
        return tasks.stream().map(this::outcome).toList();
    }

    private Optional<Throwable> outcome(FutureTask<Void> task) {
        try {
            task.get(timeout.plus(SLACK).multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.ofNullable(e.getCause());
        } catch (TimeoutException e) {
            return Optional.of(new AssertionError("a rank hangs: " + timeout + " is the time-out, and long past", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String message(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }

    /** That work ends in a {@link CommunicationException} with one of these codes, soon after the time-out at the latest. */
    CommunicationException refused(Runnable work, String what, List<String> codes) {
        long start = System.nanoTime();
        var refusal = Assertions.assertThrows(CommunicationException.class, work::run, what);
        var took = Duration.ofNanos(System.nanoTime() - start);
        Assertions.assertTrue(
                took.compareTo(timeout.plus(SLACK)) < 0, what + " took " + took + " at a time-out of " + timeout);
        Assertions.assertTrue(
                codes.contains(refusal.code()),
                what + ": wanted one of " + codes + ", got " + refusal.code() + ": " + refusal.getMessage());
        return refusal;
    }
}
