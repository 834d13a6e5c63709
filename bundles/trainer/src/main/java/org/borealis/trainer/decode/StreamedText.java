package org.borealis.trainer.decode;

import java.util.Arrays;
import java.util.function.Consumer;
import org.borealis.data.Tokenizer;

/** Text of tokens that come one by one, handed on as soon as it can no longer change: a character may take several tokens. */
final class StreamedText {
    private static final String INCOMPLETE = "\uFFFD";
    /** Tokens without a whole character after which the bytes are taken to be no UTF-8. */
    private static final int PATIENCE = 8;

    private final Tokenizer tokenizer;
    private final Consumer<String> sink;
    private int[] ids = new int[256];
    private int count;
    private int context;
    private int waiting;

    /** @param prompt tokens before the text, which are not handed on; some tokenizers join words to what stands before them */
    StreamedText(Tokenizer tokenizer, int[] prompt, Consumer<String> sink) {
        this.tokenizer = tokenizer;
        this.sink = sink;
        int kept = Math.min(prompt.length, PATIENCE);
        for (int i = prompt.length - kept; i < prompt.length; i++) {
            push(prompt[i]);
        }
        context = count;
    }

    void add(int token) {
        push(token);
        waiting++;
        flush(waiting > PATIENCE);
    }

    /** Hands on what is left. */
    void end() {
        flush(true);
    }

    private void flush(boolean always) {
        var before = tokenizer.decode(Arrays.copyOf(ids, context));
        var now = tokenizer.decode(Arrays.copyOf(ids, count));
        if (!always && now.endsWith(INCOMPLETE) || !now.startsWith(before)) {
            return;
        }
        if (now.length() > before.length()) {
            sink.accept(now.substring(before.length()));
        }
        forget();
    }

    /** Keeps a few tokens as context, so that the work of a token does not grow with the text. */
    private void forget() {
        int kept = Math.min(count, PATIENCE);
        System.arraycopy(ids, count - kept, ids, 0, kept);
        count = kept;
        context = kept;
        waiting = 0;
    }

    private void push(int token) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = token;
    }
}
