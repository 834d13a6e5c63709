package org.borealis.tokenizer.huggingface;

/** The characters by which GPT-2's vocabulary (encoder.py, bytes_to_unicode) writes bytes: none of them is white space. */
final class ByteCharacters {
    private static final int BYTES = 256;
    private static final char[] CHARACTERS = characters();

    private ByteCharacters() {}

    static char of(int value) {
        return CHARACTERS[value];
    }

    private static char[] characters() {
        var characters = new char[BYTES];
        char substitute = BYTES;
        for (int b = 0; b < BYTES; b++) {
            characters[b] = isPrinted(b) ? (char) b : substitute++;
        }
        return characters;
    }

    private static boolean isPrinted(int value) {
        return value >= '!' && value <= '~' || value >= '¡' && value <= '¬' || value >= '®';
    }
}
