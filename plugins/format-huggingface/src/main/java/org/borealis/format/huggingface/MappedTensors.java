package org.borealis.format.huggingface;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.borealis.checkpoint.TensorSource;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;

/** Foreign tensors under the names and in the shapes of a family here; narrow floats are widened to float32 as they are read. */
final class MappedTensors implements TensorSource {
    private static final String OUTPUT = "lm_head.weight";

    private final WeightFiles files;
    private final Map<String, Source> sources;
    private final Map<String, TensorType> types = new LinkedHashMap<>();

    /** Where a parameter comes from; {@code name} and {@code type} are those in the files. */
    private record Source(Layout.Entry entry, String name, TensorType type) {
        TensorType parameter() {
            return new TensorType(type.type() == DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32, entry.shape());
        }
    }

    private MappedTensors(WeightFiles files, Map<String, Source> sources) {
        this.files = files;
        this.sources = sources;
        sources.forEach((name, source) -> types.put(name, source.parameter()));
    }

    /** Matches the files with the layout; names what is missing, left over, or of another shape. */
    static MappedTensors of(Layout layout, ModelConfig config, WeightFiles files) {
        var present = present(layout, files);
        var sources = new LinkedHashMap<String, Source>();
        var missing = new ArrayList<String>();
        for (var entry : layout.entries()) {
            String name = present.remove(entry.source());
            if (name == null) {
                missing.add(entry.source());
            } else {
                sources.put(entry.name(), source(files, entry, name));
            }
        }
        if (!missing.isEmpty()) {
            throw failure(files, "lacks " + names(missing) + ", which " + config.path() + " asks for");
        }
        var output = present.remove(OUTPUT);
        var embedding = sources.get("embedding.weight");
        if (output != null && embedding != null) {
            requireTied(files, output, embedding);
        }
        if (!present.isEmpty()) {
            throw failure(
                    files,
                    "holds " + names(present.values()) + ", which no parameter of the family " + layout.family()
                            + " with " + config.path() + " is made from");
        }
        return new MappedTensors(files, sources);
    }

    /** Names in the files, by name without prefix. */
    private static Map<String, String> present(Layout layout, WeightFiles files) {
        var present = new TreeMap<String, String>();
        for (String name : files.names()) {
            String bare = name.startsWith(layout.prefix())
                    ? name.substring(layout.prefix().length())
                    : name;
            if (layout.ignored().matcher(bare).matches()) {
                continue;
            }
            String other = present.put(bare, name);
            if (other != null) {
                throw failure(files, "holds both '" + other + "' and '" + name + "'");
            }
        }
        return present;
    }

    private static Source source(WeightFiles files, Layout.Entry entry, String name) {
        var type = files.types().get(name);
        if (type == null) {
            files.read(name); // fails, and says which type it is
            throw new IllegalStateException("read a tensor without a type: " + name);
        }
        if (!type.type().isFloat() || !type.shape().equals(entry.stored())) {
            throw failure(files, "holds '" + name + "' as " + type + ", wanted floats of shape " + entry.stored());
        }
        return new Source(entry, name, type);
    }

    /** PyTorch saves a tied output beside the embedding; one that differs is another model than the config says. */
    private static void requireTied(WeightFiles files, String output, Source embedding) {
        if (!embedding.type().equals(files.types().get(output))
                || files.read(output).mismatch(files.read(embedding.name())) >= 0) {
            throw failure(
                    files,
                    "holds an '" + output + "' that differs from '" + embedding.name()
                            + "', but the config says tie_word_embeddings; set that to false to use it");
        }
    }

    private static BorealisException failure(WeightFiles files, String what) {
        return new BorealisException("huggingface-tensors", files.path() + " " + what);
    }

    private static String names(Collection<String> names) {
        var shown = names.stream()
                .limit(5)
                .map(name -> "'" + (name.length() > 100 ? name.substring(0, 100) + "…" : name) + "'")
                .toList();
        return String.join(", ", shown) + (names.size() > 5 ? " and " + (names.size() - 5) + " more tensors" : "");
    }

    @Override
    public Map<String, TensorType> types() {
        return Collections.unmodifiableMap(types);
    }

    @Override
    public MemorySegment read(String name) {
        var source = sources.get(name);
        if (source == null) {
            throw TensorSource.missing(files.path().toString(), name, sources.keySet());
        }
        var elements = Conversion.widen(files.read(source.name()), source.type().type());
        var whole = source.entry().transposed()
                ? Conversion.transpose(
                        elements, source.parameter().type(), source.type().shape())
                : elements;
        return whole.asReadOnly();
    }

    @Override
    public void close() {
        files.close();
    }
}
