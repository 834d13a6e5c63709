package org.borealis.tokenizer.huggingface;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Any tokenizer.json, read by Hugging Face's library. */
@Component(configurationPolicy = ConfigurationPolicy.REQUIRE, property = Tokenizer.NAME + "=huggingface")
@Designate(ocd = HuggingFaceTokenizer.Config.class, factory = true)
public final class HuggingFaceTokenizer implements Tokenizer {

    @ObjectClassDefinition(name = "Hugging Face", description = "The vocabulary of a tokenizer.json file.")
    @interface Config {
        @AttributeDefinition(description = "A tokenizer.json, or a folder that holds one")
        String path();

        @AttributeDefinition(
                description = "The special token that ends a document; empty to find it by its usual names")
        String endOfText() default "";
    }

    private static final long LARGEST_FILE = 256L << 20;
    private static final List<String> USUAL_ENDS = List.of(
            "<|endoftext|>",
            "<|end_of_text|>",
            "</s>",
            "<eos>",
            "<|eos|>",
            "<|endofdocument|>",
            "<｜end▁of▁sentence｜>",
            "[EOS]",
            "[SEP]");

    private final byte[] content;
    private final TokenizerFile file;
    private final Set<Integer> specials;
    private final NativeTokenizer tokenizer;
    private final OptionalInt endOfText;

    @Activate
    public HuggingFaceTokenizer(Config config) {
        var path = path(config);
        try {
            content = read(path);
            file = TokenizerFile.parse(content);
        } catch (NoSuchFileException e) {
            throw unreadable(path, "there is no such file", e);
        } catch (JsonProcessingException e) {
            String line =
                    e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
            throw unreadable(path, line + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unreadable(path, String.valueOf(e.getMessage()), e);
        }
        specials = Set.copyOf(file.specials().values());
        tokenizer = open(path);
        endOfText = endOfText(config.endOfText(), path);
    }

    private static Path path(Config config) {
        if (config.path() == null || config.path().isEmpty()) {
            throw new BorealisException(
                    "tokenizer-path",
                    "the huggingface tokenizer needs the setting 'path', a tokenizer.json. Name one, or train one with"
                            + " 'borealis prepare --train-tokenizer FILE'.");
        }
        var path = Path.of(config.path());
        return Files.isDirectory(path) ? path.resolve("tokenizer.json") : path;
    }

    private static byte[] read(Path path) throws IOException {
        long size = Files.size(path);
        if (size > LARGEST_FILE) {
            throw new IOException("it has " + size + " bytes, more than any tokenizer.json (" + LARGEST_FILE + ")");
        }
        return Files.readAllBytes(path);
    }

    private NativeTokenizer open(Path path) {
        try {
            return new NativeTokenizer(file.plainText());
        } catch (BorealisException e) {
            throw e;
        } catch (RuntimeException e) { // what the library throws, whatever is wrong
            throw unreadable(path, String.valueOf(e.getMessage()), e);
        }
    }

    private static BorealisException unreadable(Path path, String why, Exception cause) {
        return new BorealisException(
                "tokenizer-unreadable",
                "the tokenizer " + path.toAbsolutePath() + " can't be read: " + why
                        + ". Wanted is a tokenizer.json as the Hugging Face tokenizers library writes it; set"
                        + " 'tokenizer.path' to one.",
                cause);
    }

    private OptionalInt endOfText(String wanted, Path path) {
        if (wanted.isEmpty()) {
            return USUAL_ENDS.stream()
                    .filter(file.specials()::containsKey)
                    .mapToInt(file.specials()::get)
                    .findFirst();
        }
        var id = file.specials().get(wanted);
        if (id == null) {
            throw new BorealisException(
                    "tokenizer-end",
                    "the tokenizer " + path + " has no special token '" + wanted + "' (setting 'endOfText'); it has "
                            + file.specials().keySet());
        }
        return OptionalInt.of(id);
    }

    @Override
    public int vocabularySize() {
        return file.size();
    }

    @Override
    public int[] encode(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        long[] ids = tokenizer.encode(Surrogates.replaceLone(text));
        int[] narrow = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            narrow[i] = (int) ids[i];
        }
        return narrow;
    }

    @Override
    public String decode(int[] ids) {
        long[] ordinary = new long[ids.length];
        int count = 0;
        for (int id : ids) {
            if (id < 0 || id >= file.size()) {
                throw new BorealisException(
                        "token-id",
                        "this tokenizer has the ids 0 to " + (file.size() - 1) + ", not " + id
                                + "; were these tokens made with another tokenizer?");
            }
            if (!specials.contains(id)) {
                ordinary[count++] = id;
            }
        }
        return count == 0 ? "" : tokenizer.decode(java.util.Arrays.copyOf(ordinary, count));
    }

    @Override
    public OptionalInt endOfText() {
        return endOfText;
    }

    @Override
    public Map<String, byte[]> files() {
        return Map.of("path", content.clone());
    }
}
