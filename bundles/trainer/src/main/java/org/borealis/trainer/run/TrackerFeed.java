package org.borealis.trainer.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.borealis.train.RunEvent;
import org.borealis.train.Tracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings events to the trackers on a thread of each one's own. A slow tracker misses events and one that fails is left alone; neither
 * holds up the run.
 */
public final class TrackerFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerFeed.class);
    private static final int QUEUED = 10_000;
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final List<Line> lines;

    /** Begins. */
    public TrackerFeed(List<Tracker> trackers, String run, Path folder) {
        lines = trackers.stream().map(Line::new).toList();
        lines.forEach(line -> line.send(() -> line.tracker.begin(run, folder)));
    }

    public void accept(RunEvent event) {
        lines.forEach(line -> line.send(() -> line.tracker.accept(event)));
    }

    /** Ends, waiting a little for what is still queued. */
    @Override
    public void close() {
        lines.forEach(line -> line.send(line.tracker::end));
        long end = System.nanoTime() + FAREWELL.toNanos();
        lines.forEach(line -> line.close(Math.max(0, end - System.nanoTime())));
    }

    /** One tracker and its thread. */
    private static final class Line {
        private final Tracker tracker;
        private final BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(QUEUED);
        private final AtomicLong missed = new AtomicLong();
        private final Thread thread;
        private volatile boolean isClosing;

        Line(Tracker tracker) {
            this.tracker = tracker;
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("tracker " + tracker.getClass().getSimpleName())
                    .start(this::work);
        }

        void send(Runnable action) {
            if (!queue.offer(action) && missed.getAndIncrement() == 0) {
                LOG.warn("tracker {} is too slow and misses events; events.jsonl has them all", tracker);
            }
        }

        private void work() {
            try {
                while (!isClosing || !queue.isEmpty()) {
                    var action = queue.poll(100, TimeUnit.MILLISECONDS);
                    if (action != null) {
                        run(action);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void run(Runnable action) {
            try {
                action.run();
            } catch (RuntimeException | LinkageError e) {
                LOG.warn("tracker {} failed; the run goes on", tracker, e);
            }
        }

        void close(long nanos) {
            isClosing = true;
            try {
                if (!thread.join(Duration.ofNanos(nanos))) {
                    LOG.warn("tracker {} did not end in time; {} events were not delivered", tracker, queue.size());
                    thread.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
