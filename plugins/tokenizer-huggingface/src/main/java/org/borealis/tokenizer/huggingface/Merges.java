package org.borealis.tokenizer.huggingface;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Learns byte-pair merges: the most frequent pair of neighbours becomes a symbol, again and again (Sennrich et al. 2016). Of equally
 * frequent pairs the one with the lower symbols wins, so the result depends on the counts alone.
 *
 * <p>The count of a pair only changes in words that hold the merged pair, so only those are looked at. Counts in the queue may be out
 * of date, but never too low.
 */
final class Merges {
    /** The two symbols that make symbol 256 + (index of the merge). */
    record Merge(int left, int right) {}

    private record Candidate(long count, int left, int right) {}

    private static final int BYTES = 256;
    private static final int ANY = -1;
    private static final long LEAST = 2; // a pair that occurs once tells nothing

    private final List<int[]> words = new ArrayList<>();
    private final List<Long> wordCounts = new ArrayList<>();
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Candidate> queue =
            new PriorityQueue<>(Comparator.comparingLong((Candidate candidate) -> -candidate.count)
                    .thenComparingInt(Candidate::left)
                    .thenComparingInt(Candidate::right));

    /** How often a pair occurs, and in which words it did at some time. */
    private static final class Pair {
        long count;
        int[] words = new int[4];
        int size;

        void add(int word) {
            if (size > 0 && words[size - 1] == word) {
                return;
            }
            if (size == words.length) {
                words = Arrays.copyOf(words, size * 2);
            }
            words[size++] = word;
        }
    }

    private Merges(Map<String, Long> counts) {
        counts.forEach((word, count) -> {
            words.add(WordCounts.bytes(word));
            wordCounts.add(count);
        });
        for (int word = 0; word < words.size(); word++) {
            count(word, ANY, pairs);
        }
        pairs.forEach((key, pair) -> queue.add(candidate(key, pair)));
    }

    /** At most {@code most} merges, in the order in which they are to be applied. */
    static List<Merge> learn(Map<String, Long> counts, int most) {
        var learning = new Merges(counts);
        var merges = new ArrayList<Merge>();
        for (var best = learning.best(); best.isPresent() && merges.size() < most; best = learning.best()) {
            learning.merge(best.get(), BYTES + merges.size());
            merges.add(best.get());
        }
        return merges;
    }

    private Optional<Merge> best() {
        for (var top = queue.poll(); top != null && top.count >= LEAST; top = queue.poll()) {
            var pair = pairs.get(key(top.left, top.right));
            if (pair != null && pair.count == top.count) {
                return Optional.of(new Merge(top.left, top.right));
            }
            if (pair != null) {
                queue.add(new Candidate(pair.count, top.left, top.right));
            }
        }
        return Optional.empty();
    }

    private void merge(Merge merge, int symbol) {
        var pair = pairs.remove(key(merge.left, merge.right));
        var fresh = new HashMap<Long, Pair>();
        for (int i = 0; pair != null && i < pair.size; i++) {
            int word = pair.words[i];
            int[] before = words.get(word);
            int[] after = replaced(before, merge, symbol);
            if (after.length == before.length) {
                continue;
            }
            discount(word);
            words.set(word, after);
            count(word, symbol, fresh);
        }
        fresh.forEach((key, made) -> queue.add(candidate(key, made)));
    }

    private static int[] replaced(int[] word, Merge merge, int symbol) {
        int[] result = new int[word.length];
        int length = 0;
        for (int i = 0; i < word.length; i++) {
            boolean matches = i + 1 < word.length && word[i] == merge.left && word[i + 1] == merge.right;
            result[length++] = matches ? symbol : word[i];
            i += matches ? 1 : 0;
        }
        return length == word.length ? word : Arrays.copyOf(result, length);
    }

    /** Counts a word's pairs, and notes the word with those that hold {@code symbol}, which also go into {@code fresh}. */
    private void count(int word, int symbol, Map<Long, Pair> fresh) {
        int[] symbols = words.get(word);
        for (int i = 1; i < symbols.length; i++) {
            long key = key(symbols[i - 1], symbols[i]);
            var pair = pairs.computeIfAbsent(key, k -> new Pair());
            pair.count += wordCounts.get(word);
            if (symbol == ANY || symbols[i - 1] == symbol || symbols[i] == symbol) {
                pair.add(word);
                fresh.put(key, pair);
            }
        }
    }

    private void discount(int word) {
        int[] symbols = words.get(word);
        for (int i = 1; i < symbols.length; i++) {
            var pair = pairs.get(key(symbols[i - 1], symbols[i]));
            if (pair != null) {
                pair.count -= wordCounts.get(word);
            }
        }
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }

    private static Candidate candidate(long key, Pair pair) {
        return new Candidate(pair.count, (int) (key >>> 32), (int) key);
    }
}
