package org.borealis.checkpoints;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.parallel.Box;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;

/** Writes manifests, and reads them as files that nobody vouches for. */
final class ManifestJson {
    private static final String FORMAT = "borealis-checkpoint";
    private static final int VERSION = 1;
    private static final int SHA256_HEX_DIGITS = 64;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // A number that was a Long when saved is one when read, however small.
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private ManifestJson() {}

    static byte[] write(Manifest manifest) {
        var root = JSON.createObjectNode();
        root.put("format", FORMAT).put("version", VERSION).put("step", manifest.step());
        root.set("metadata", JSON.valueToTree(manifest.metadata()));
        var files = root.putArray("files");
        for (var file : manifest.files()) {
            files.addObject()
                    .put("name", file.name())
                    .put("state", file.isState())
                    .put("bytes", file.bytes())
                    .put("sha256", file.sha256());
        }
        var tensors = root.putArray("tensors");
        for (var tensor : manifest.tensors()) {
            var node = tensors.addObject()
                    .put("name", tensor.name())
                    .put("type", tensor.type().type().name().toLowerCase(Locale.ROOT));
            put(node, "shape", tensor.type().shape().dims());
            var whole = Box.of(tensor.type().shape());
            if (tensor.parts().size() == 1 && tensor.parts().getFirst().box().equals(whole)) {
                node.put("file", tensor.parts().getFirst().file());
                continue;
            }
            var parts = node.putArray("parts");
            for (var part : tensor.parts()) {
                var own = parts.addObject().put("file", part.file());
                put(own, "offset", part.box().offset());
                put(own, "shape", part.box().shape().dims());
            }
        }
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("metadata must be JSON values: " + e.getOriginalMessage(), e);
        }
    }

    private static void put(ObjectNode node, String key, List<Integer> numbers) {
        var array = node.putArray(key);
        numbers.forEach(number -> array.add(number));
    }

    /** What a file says; whether the parts of its tensors are whole ones is still to be checked. */
    static Manifest read(byte[] bytes) throws Broken {
        try {
            if (!(JSON.readTree(bytes) instanceof ObjectNode root)) {
                throw new Broken(Manifest.NAME + " is not a JSON object");
            }
            return read(root);
        } catch (JsonProcessingException e) {
            throw new Broken(Manifest.NAME + " is no JSON: " + e.getOriginalMessage());
        } catch (IOException | BorealisException | ArithmeticException e) {
            throw new Broken(Manifest.NAME + ": " + e.getMessage());
        }
    }

    private static Manifest read(ObjectNode root) throws Broken {
        if (!FORMAT.equals(root.path("format").asText())) {
            throw new Broken(Manifest.NAME + " is not one of a Borealis checkpoint");
        }
        if (whole(root, "version") != VERSION) {
            throw new Broken(Manifest.NAME + " has the format version " + root.path("version")
                    + ", this Borealis reads " + VERSION);
        }
        if (!(root.get("metadata") instanceof ObjectNode metadata)) {
            throw new Broken(Manifest.NAME + " lacks metadata");
        }
        Map<String, Object> values = JSON.convertValue(metadata, new TypeReference<>() {});
        var files = files(root.path("files"));
        return new Manifest(whole(root, "step"), values, files, tensors(root.path("tensors"), files));
    }

    private static List<Manifest.File> files(JsonNode nodes) throws Broken {
        var files = new ArrayList<Manifest.File>();
        var names = new HashSet<String>();
        for (var node : nodes) {
            String name = text(node, "name");
            String sha256 = text(node, "sha256");
            if (!Manifest.isPlain(name) || !names.add(name)) {
                throw new Broken(Manifest.NAME + " holds the file name " + node.path("name")
                        + ", which is no plain name or not the only one");
            }
            if (sha256.length() != SHA256_HEX_DIGITS || !node.path("state").isBoolean()) {
                throw new Broken(Manifest.NAME + " does not describe the file " + name + " in full");
            }
            files.add(new Manifest.File(name, node.path("state").booleanValue(), whole(node, "bytes"), sha256));
        }
        return files;
    }

    private static List<Manifest.Tensor> tensors(JsonNode nodes, List<Manifest.File> files) throws Broken {
        var states = new HashSet<String>();
        files.stream().filter(Manifest.File::isState).forEach(file -> states.add(file.name()));
        var tensors = new ArrayList<Manifest.Tensor>();
        for (var node : nodes) {
            String name = text(node, "name");
            var shape = new Shape(numbers(node, "shape"));
            var parts = new ArrayList<Manifest.Part>();
            if (!node.has("parts")) {
                parts.add(new Manifest.Part(Box.of(shape), text(node, "file")));
            }
            for (var part : node.path("parts")) {
                var box = new Box(numbers(part, "offset"), new Shape(numbers(part, "shape")));
                parts.add(new Manifest.Part(box, text(part, "file")));
            }
            for (var part : parts) {
                if (!states.contains(part.file())) {
                    throw new Broken(Manifest.NAME + " puts the tensor " + node.path("name")
                            + " into a file that it does not list");
                }
            }
            tensors.add(new Manifest.Tensor(name, new TensorType(DataType.of(text(node, "type")), shape), parts));
        }
        return tensors;
    }

    private static List<Integer> numbers(JsonNode node, String key) {
        var numbers = new ArrayList<Integer>();
        for (var number : node.path(key)) {
            numbers.add(number.canConvertToInt() && number.isIntegralNumber() ? number.intValue() : -1);
        }
        return numbers;
    }

    private static String text(JsonNode node, String key) throws Broken {
        if (!node.path(key).isTextual()) {
            throw new Broken(Manifest.NAME + " lacks a " + key);
        }
        return node.path(key).textValue();
    }

    private static long whole(JsonNode node, String key) throws Broken {
        var value = node.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new Broken(Manifest.NAME + " holds " + key + " " + value + ", wanted a whole number from 0 up");
        }
        return value.longValue();
    }
}
