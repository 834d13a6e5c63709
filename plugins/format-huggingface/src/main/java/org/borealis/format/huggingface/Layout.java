package org.borealis.format.huggingface;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.borealis.tensor.Shape;

/**
 * How the tensors of a foreign model become parameters of a family here.
 *
 * @param prefix that names in the files may or may not carry
 * @param ignored names, without the prefix, of what older versions saved although it is no parameter
 */
record Layout(String family, Map<String, Object> settings, List<Entry> entries, String prefix, Pattern ignored) {

    /**
     * A parameter.
     *
     * @param source its name in the files, without the prefix
     * @param shape that the family wants
     * @param transposed whether the files hold it as [in, out]
     */
    record Entry(String name, String source, Shape shape, boolean transposed) {

        /** Shape in the files. */
        Shape stored() {
            return transposed ? Shape.of(shape.dim(1), shape.dim(0)) : shape;
        }
    }

    /** Collects entries in the family's order. */
    static final class Entries {
        private final List<Entry> entries = new ArrayList<>();

        Entries add(String name, String source, int... sizes) {
            entries.add(new Entry(name, source, Shape.of(sizes), false));
            return this;
        }

        /** A weight of a linear layer and, if it has one, its bias. */
        Entries linear(String name, String source, boolean bias, int outputs, int inputs) {
            return linear(name, source, bias, false, outputs, inputs);
        }

        Entries linear(String name, String source, boolean bias, boolean transposed, int outputs, int inputs) {
            entries.add(new Entry(name + ".weight", source + ".weight", Shape.of(outputs, inputs), transposed));
            return bias ? add(name + ".bias", source + ".bias", outputs) : this;
        }

        List<Entry> list() {
            return List.copyOf(entries);
        }
    }
}
