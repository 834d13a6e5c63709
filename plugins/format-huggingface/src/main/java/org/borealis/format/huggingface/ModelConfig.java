package org.borealis.format.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.borealis.tensor.BorealisException;

/**
 * A {@code config.json}, or an object within it, asked for one typed value at a time. JSON's null counts as absent, as it does in
 * transformers.
 *
 * @param path the file, for messages
 * @param prefix of keys in messages: where in the file this object is
 */
record ModelConfig(Path path, String prefix, ObjectNode json) {
    /** Sizes beyond these are no model; the product of any two of them fits a tensor's element count. */
    static final int MAX_SIZE = 1 << 26;

    static final int MAX_COUNT = 1 << 16;
    static final int MAX_HEAD_SIZE = 1 << 14;

    static ModelConfig read(Path path) {
        return new ModelConfig(path, "", Json.object(path));
    }

    boolean has(String key) {
        return json.hasNonNull(key);
    }

    /** An object within this one; an empty one if it is absent. */
    ModelConfig object(String key) {
        if (!has(key)) {
            return new ModelConfig(path, prefix + key + ".", json.objectNode());
        }
        if (json.get(key) instanceof ObjectNode object) {
            return new ModelConfig(path, prefix + key + ".", object);
        }
        throw failure(key, "an object", json.get(key));
    }

    /** A size that must be there. */
    int size(String key, int most) {
        if (!has(key)) {
            throw failure(key, "a whole number", MissingNode.getInstance());
        }
        return size(key, most, 0);
    }

    int size(String key, int most, int absent) {
        if (!has(key)) {
            return absent;
        }
        var value = json.get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1 || value.intValue() > most) {
            throw failure(key, "a whole number from 1 to " + most, value);
        }
        return value.intValue();
    }

    /** A number that must be there, and positive. */
    double number(String key) {
        if (!has(key)) {
            throw failure(key, "a number", MissingNode.getInstance());
        }
        return number(key, 0);
    }

    double number(String key, double absent) {
        if (!has(key)) {
            return absent;
        }
        var value = json.get(key);
        if (!value.isNumber() || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
            throw failure(key, "a number above 0", value);
        }
        return value.doubleValue();
    }

    boolean flag(String key, boolean absent) {
        if (!has(key)) {
            return absent;
        }
        if (!json.get(key).isBoolean()) {
            throw failure(key, "true or false", json.get(key));
        }
        return json.get(key).booleanValue();
    }

    String text(String key, String absent) {
        if (!has(key)) {
            return absent;
        }
        if (!json.get(key).isTextual()) {
            throw failure(key, "a text", json.get(key));
        }
        return json.get(key).textValue();
    }

    /** Fails if a key is there that asks for what the families here can't do. */
    void refuse(String key, String what) {
        if (has(key)) {
            throw failure(key, "none, because no model family here has " + what, json.get(key));
        }
    }

    /** Fails if a flag differs from the only value that the families here can do. */
    void require(String key, boolean only) {
        if (flag(key, only) != only) {
            throw failure(key, String.valueOf(only) + ", the only value that the model family has", json.get(key));
        }
    }

    BorealisException failure(String key, String wanted, JsonNode came) {
        String text = came.isMissingNode() ? "nothing" : came.toString();
        return failure(key, wanted, text.length() > 80 ? text.substring(0, 80) + "…" : text);
    }

    BorealisException failure(String key, String wanted, String came) {
        return new BorealisException(
                "huggingface-config", path + ": " + prefix + key + " must be " + wanted + ", got " + came);
    }
}
