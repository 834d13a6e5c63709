package org.borealis.trainer.fakes;

import java.util.Arrays;
import java.util.List;
import org.borealis.data.TokenCorpus;

/** Documents in memory. */
public record ArrayCorpus(List<int[]> texts, String digest) implements TokenCorpus {
    /** Documents of these lengths, whose tokens count on from 0 and begin anew at {@code vocabulary}. */
    public static ArrayCorpus counting(int vocabulary, int... lengths) {
        int[] next = {0};
        return new ArrayCorpus(
                Arrays.stream(lengths)
                        .mapToObj(n -> {
                            var text = new int[n];
                            Arrays.setAll(text, i -> next[0]++ % vocabulary);
                            return text;
                        })
                        .toList(),
                "digest of " + Arrays.toString(lengths));
    }

    @Override
    public long tokens() {
        return start(documents());
    }

    @Override
    public int documents() {
        return texts.size();
    }

    @Override
    public long start(int document) {
        return texts.stream().limit(document).mapToLong(t -> t.length).sum();
    }

    @Override
    public void read(long from, int[] target, int offset, int length) {
        var all = texts.stream().flatMapToInt(Arrays::stream).toArray();
        System.arraycopy(all, Math.toIntExact(from), target, offset, length);
    }

    @Override
    public void close() {}
}
