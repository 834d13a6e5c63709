package org.borealis.tokenizer.bytes;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** An id is a byte of UTF-8; one more ends a document. */
@Component(configurationPolicy = ConfigurationPolicy.REQUIRE, property = Tokenizer.NAME + "=bytes")
@Designate(ocd = BytesTokenizer.Config.class, factory = true)
public final class BytesTokenizer implements Tokenizer {

    @ObjectClassDefinition(name = "Bytes", description = "Every byte of UTF-8 is a token.")
    @interface Config {
        @AttributeDefinition(description = "Whether there is an id, 256, that ends a document")
        boolean endOfText() default true;
    }

    private static final int END_OF_TEXT = 256;
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD}; // U+FFFD in UTF-8

    private final boolean hasEndOfText;

    @Activate
    public BytesTokenizer(Config config) {
        hasEndOfText = config.endOfText();
    }

    @Override
    public int vocabularySize() {
        return hasEndOfText ? END_OF_TEXT + 1 : END_OF_TEXT;
    }

    @Override
    public int[] encode(String text) {
        var bytes = utf8(text);
        int[] ids = new int[bytes.remaining()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Byte.toUnsignedInt(bytes.get(i));
        }
        return ids;
    }

    /** String.getBytes would make a question mark of a lone surrogate. */
    private static ByteBuffer utf8(String text) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(REPLACEMENT)
                    .encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new AssertionError("every char is replaced or encoded", e);
        }
    }

    @Override
    public String decode(int[] ids) {
        byte[] bytes = new byte[ids.length];
        int length = 0;
        for (int id : ids) {
            if (id < 0 || id >= vocabularySize()) {
                throw new BorealisException(
                        "token-id",
                        "the bytes tokenizer has the ids 0 to " + (vocabularySize() - 1) + ", not " + id
                                + "; were these tokens made with another tokenizer?");
            }
            if (id != END_OF_TEXT) {
                bytes[length++] = (byte) id;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public OptionalInt endOfText() {
        return hasEndOfText ? OptionalInt.of(END_OF_TEXT) : OptionalInt.empty();
    }
}
