package ${package};

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Ids are bytes of UTF-8, the end of a text, and some common words, the first that fits. Put your vocabulary in its place. */
@Component(
        configurationPid = "${package}",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Tokenizer.NAME + "=${name}")
@Designate(ocd = ${className}Tokenizer.Config.class, factory = true)
public final class ${className}Tokenizer implements Tokenizer {

    @ObjectClassDefinition(name = "${className}", description = "Bytes of UTF-8, and some common words.")
    public @interface Config {
        @AttributeDefinition(description = "Words with an id of their own; of two that fit, the first is taken")
        String[] words() default {" the ", " and ", " to ", " of ", "ing", "ed ", "th"};
    }

    private static final int END_OF_TEXT = 256;
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private final List<byte[]> words;

    @Activate
    public ${className}Tokenizer(Config config) {
        words = Stream.of(config.words())
                .filter(word -> !word.isEmpty())
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public int vocabularySize() {
        return END_OF_TEXT + 1 + words.size();
    }

    @Override
    public int[] encode(String text) {
        var bytes = utf8(text);
        var ids = new ArrayList<Integer>();
        while (bytes.hasRemaining()) {
            int word = wordAt(bytes);
            if (word < 0) {
                ids.add(Byte.toUnsignedInt(bytes.get()));
            } else {
                ids.add(END_OF_TEXT + 1 + word);
                bytes.position(bytes.position() + words.get(word).length);
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The first word that the text goes on with, or -1. */
    private int wordAt(ByteBuffer bytes) {
        for (int i = 0; i < words.size(); i++) {
            int length = words.get(i).length;
            if (length <= bytes.remaining()
                    && bytes.slice(bytes.position(), length).equals(ByteBuffer.wrap(words.get(i)))) {
                return i;
            }
        }
        return -1;
    }

    /** Lone surrogates count as U+FFFD; String.getBytes would make question marks of them. */
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
        var bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            if (id < 0 || id >= vocabularySize()) {
                throw new BorealisException(
                        "token-id", "${name} has the ids 0 to " + (vocabularySize() - 1) + ", not " + id
                                + "; were these tokens made with another tokenizer?");
            }
            if (id < END_OF_TEXT) {
                bytes.write(id);
            } else if (id > END_OF_TEXT) {
                bytes.writeBytes(words.get(id - END_OF_TEXT - 1));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public OptionalInt endOfText() {
        return OptionalInt.of(END_OF_TEXT);
    }
}
