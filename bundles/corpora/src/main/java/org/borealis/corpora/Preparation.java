package org.borealis.corpora;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.borealis.corpora.DocumentStream.Batch;
import org.borealis.data.Corpora.Prepared;
import org.borealis.data.Corpora.Progress;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;
import org.jspecify.annotations.Nullable;

/**
 * One preparation: this thread reads documents and cuts them into batches, others tokenize them into numbered parts. Where batches end
 * depends on the texts alone, so a part that an earlier preparation has finished takes the place of the work for it, and the corpus has
 * the same bytes however many threads there were.
 */
final class Preparation {
    private static final long SMALLEST_BATCH = 1 << 18;
    private static final long LARGEST_BATCH = 1 << 24;
    private static final int BATCHES = 256;

    private final List<Text> texts;
    private final Tokenizer tokenizer;
    private final CorpusFiles files;
    private final Disk disk;
    private final int threads;
    private final PartsFolder folder;
    private final byte[] key;
    private final TokenType type;
    private final Meter meter;
    private final Semaphore waiting;
    private final Map<Integer, Part> finished = new TreeMap<>(); // guarded by itself, like the failure
    private @Nullable Throwable failure;

    Preparation(
            List<Text> texts,
            Tokenizer tokenizer,
            CorpusFiles files,
            Disk disk,
            int threads,
            Consumer<Progress> progress) {
        this.texts = texts;
        this.tokenizer = tokenizer;
        this.files = files;
        this.disk = disk;
        this.threads = threads;
        key = PreparationKey.of(texts, tokenizer, batchCharacters());
        type = TokenType.ofVocabulary(tokenizer.vocabularySize());
        folder = new PartsFolder(files.parts(), disk, key, type);
        meter = new Meter(texts, progress);
        waiting = new Semaphore(2 * threads);
    }

    private long batchCharacters() {
        long all = texts.stream().mapToLong(Text::size).sum();
        return Math.clamp(all / BATCHES, SMALLEST_BATCH, LARGEST_BATCH);
    }

    Prepared run() {
        try (var lock = PrefixLock.take(files.parts())) {
            try {
                tokenize();
            } finally {
                if (finished.isEmpty()) { // nothing to go on from
                    PartsFolder.delete(files.parts());
                }
            }
            var prepared = assemble(List.copyOf(finished.values()));
            PartsFolder.delete(files.parts());
            return prepared;
        }
    }

    private Prepared assemble(List<Part> parts) {
        var assembly = new Assembly(files, disk, folder, parts, type);
        if (assembly.tokens() == 0) {
            PartsFolder.delete(files.parts());
            throw new BorealisException("corpus-empty", "the texts hold nothing to make a corpus of: " + names());
        }
        assembly.write();
        long textBytes = parts.stream().mapToLong(Part::textBytes).sum();
        return new Prepared(assembly.documents(), assembly.tokens(), textBytes);
    }

    private String names() {
        return String.join(
                ", ", texts.stream().map(text -> text.file().toString()).toList());
    }

    private void tokenize() {
        var workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("prepare-", 0).daemon().factory());
        try (var stream = new DocumentStream(texts)) {
            for (int number = 0; !stream.isAtEnd() && !hasFailed(); number++) {
                var before = folder.find(number, stream.position());
                if (before.isPresent()) {
                    stream.moveTo(before.get().end());
                    finish(number, before.get());
                } else {
                    submit(workers, number, stream.batch(batchCharacters()));
                }
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            await(workers);
        }
        rethrow();
    }

    private void submit(ExecutorService workers, int number, Batch batch) {
        try {
            waiting.acquire(); // so that reading can't fill the memory
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BorealisException(
                    "interrupted", "the preparation was interrupted; the same command goes on where it stopped.", e);
        }
        workers.execute(() -> {
            try {
                if (!hasFailed()) {
                    var made = Part.make(key, batch, tokenizer);
                    folder.write(number, made);
                    finish(number, made.part());
                }
            } catch (Throwable e) {
                fail(e);
            } finally {
                waiting.release();
            }
        });
    }

    private void finish(int number, Part part) {
        synchronized (finished) {
            finished.put(number, part);
            meter.add(part);
        }
    }

    private void fail(Throwable problem) {
        synchronized (finished) {
            if (failure == null) {
                failure = problem;
            }
        }
    }

    private boolean hasFailed() {
        synchronized (finished) {
            return failure != null;
        }
    }

    private void rethrow() {
        synchronized (finished) {
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }

    private static void await(ExecutorService workers) {
        workers.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (workers.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true; // parts in the making are short, and are waited for
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
