package org.borealis.checkpoints;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.borealis.checkpoint.Checkpoints.Writers;

/** Writers of one checkpoint that are threads; one that ends, however, lets the others wait no longer. */
final class ThreadWriters {
    private final byte[][] said;
    private List<byte[]> all = List.of();
    private int arrived;
    private int rounds;
    private boolean isOneGone;

    private ThreadWriters(int count) {
        said = new byte[count][];
    }

    /** What each failed with, if it did. */
    static List<Optional<Throwable>> run(int count, Consumer<Writers> body) {
        var group = new ThreadWriters(count);
        var tasks = new ArrayList<FutureTask<Boolean>>();
        for (int i = 0; i < count; i++) {
            var writer = group.new Writer(i);
            var task = new FutureTask<>(() -> group.run(writer, body));
            tasks.add(task);
            Thread.ofPlatform().daemon().name("writer " + i).start(task);
        }
        return tasks.stream().map(ThreadWriters::failure).toList();
    }

    private boolean run(Writers writer, Consumer<Writers> body) {
        try {
            body.accept(writer);
            return true;
        } finally {
            leave();
        }
    }

    private static Optional<Throwable> failure(FutureTask<?> task) {
        try {
            task.get();
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.ofNullable(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private synchronized void leave() {
        isOneGone = true;
        notifyAll();
    }

    private synchronized List<byte[]> exchange(int index, byte[] own) {
        int round = rounds;
        said[index] = own;
        arrived++;
        if (arrived == said.length) {
            all = List.of(said.clone());
            arrived = 0;
            rounds++;
            notifyAll();
        }
        while (round == rounds && !isOneGone) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        if (round == rounds) {
            throw new IllegalStateException("a rank is gone");
        }
        return all;
    }

    private final class Writer implements Writers {
        private final int index;

        Writer(int index) {
            this.index = index;
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public int count() {
            return said.length;
        }

        @Override
        public List<byte[]> exchange(byte[] own) {
            return ThreadWriters.this.exchange(index, own);
        }
    }
}
