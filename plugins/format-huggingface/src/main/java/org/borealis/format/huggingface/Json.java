package org.borealis.format.huggingface;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.borealis.tensor.BorealisException;
import org.jspecify.annotations.Nullable;

/** Reads small JSON files that nobody vouches for. */
final class Json {
    /** The index of a model of 100,000 tensors has about 10 MB. */
    private static final int MAX_BYTES = 64 << 20;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static ObjectNode object(Path path) {
        try (var stream = Files.newInputStream(path)) {
            byte[] bytes = stream.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw failure(path, "it has more than " + MAX_BYTES + " bytes", null);
            }
            if (MAPPER.readTree(bytes) instanceof ObjectNode object) {
                return object;
            }
            throw failure(path, "it is not a JSON object", null);
        } catch (NoSuchFileException e) {
            throw new BorealisException("huggingface-missing", "there is no file " + path, e);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw failure(path, e.getOriginalMessage() + (at == null ? "" : ", line " + at.getLineNr()), e);
        } catch (IOException e) {
            throw failure(path, String.valueOf(e.getMessage()), e);
        }
    }

    private static BorealisException failure(Path path, String why, @Nullable Throwable cause) {
        String message = path + " can't be read: " + why;
        return cause == null
                ? new BorealisException("huggingface-json", message)
                : new BorealisException("huggingface-json", message, cause);
    }
}
