package org.borealis.tokenizer.huggingface;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * A tokenizer of the native library. It is freed when nothing reaches it any more and never earlier, because a call with a freed
 * handle ends the process.
 */
final class NativeTokenizer {
    private static final Cleaner CLEANER;

    static {
        NativeLibrary.load();
        CLEANER = Cleaner.create();
    }

    private final long handle;

    /** Reads the text of a tokenizer.json; throws some RuntimeException if it can't. */
    NativeTokenizer(String json) {
        long made = TokenizersLibrary.LIB.createTokenizerFromString(json);
        handle = made;
        CLEANER.register(this, () -> TokenizersLibrary.LIB.deleteTokenizer(made));
    }

    long[] encode(String text) {
        long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
        try {
            return TokenizersLibrary.LIB.getTokenIds(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
            Reference.reachabilityFence(this);
        }
    }

    String decode(long[] ids) {
        try {
            return TokenizersLibrary.LIB.decode(handle, ids, false);
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
