package org.borealis.checkpoint.safetensors;

import java.io.IOException;

/** A header is not what the format says; the message says what is wrong, and the reader of the file adds which file it is. */
final class FormatException extends IOException {
    private static final long serialVersionUID = 1;

    FormatException(String message) {
        super(message);
    }
}
