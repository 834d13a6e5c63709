package org.borealis.checkpoint.safetensors;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;

/**
 * What a header says, checked against the bytes that follow it.
 *
 * @param tensors by name, in the order of their bytes
 */
record Header(Map<String, String> metadata, Map<String, Entry> tensors) {

    /** One tensor; {@code begin} and {@code end} count from the end of the header. */
    record Entry(String dtype, List<Long> shape, long begin, long end) {

        Optional<TensorType> type() {
            if (shape.stream().anyMatch(size -> size > Integer.MAX_VALUE)) {
                return Optional.empty();
            }
            return Dtypes.type(dtype).map(this::as);
        }

        private TensorType as(DataType type) {
            return new TensorType(
                    type, new Shape(shape.stream().map(Math::toIntExact).toList()));
        }

        /** Bytes that type and shape ask for. */
        private long bytes(String name) throws FormatException {
            var bits = Dtypes.bits(dtype);
            if (bits.isEmpty()) {
                throw new FormatException("tensor " + quote(name) + " has the unknown dtype " + quote(dtype));
            }
            try {
                long product = bits.get();
                for (long size : shape) {
                    product = Math.multiplyExact(product, size);
                }
                if (product % 8 != 0) {
                    throw new FormatException("tensor " + quote(name) + " does not end at a whole byte");
                }
                return product / 8;
            } catch (ArithmeticException e) {
                throw new FormatException(
                        "the shape of tensor " + quote(name) + " has more elements than 64 bits count");
            }
        }
    }

    /** Checks that the tensors fill {@code dataBytes} without overlap or hole. */
    Header checked(long dataBytes) throws FormatException {
        var sorted = new ArrayList<>(tensors.entrySet());
        sorted.sort(Map.Entry.comparingByValue(
                Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)));
        var inOrder = new LinkedHashMap<String, Entry>();
        long position = 0;
        for (var tensor : sorted) {
            var entry = tensor.getValue();
            String name = tensor.getKey();
            if (entry.begin() != position || entry.end() < entry.begin()) {
                throw new FormatException("tensor " + quote(name) + " lies at bytes " + entry.begin() + " to "
                        + entry.end() + ", wanted one that begins at " + position
                        + "; tensors must neither overlap nor leave holes");
            }
            long bytes = entry.bytes(name);
            if (entry.end() - entry.begin() != bytes) {
                throw new FormatException("tensor " + quote(name) + " takes " + (entry.end() - entry.begin())
                        + " bytes, but " + entry.dtype() + entry.shape() + " takes " + bytes);
            }
            position = entry.end();
            inOrder.put(name, entry);
        }
        if (position != dataBytes) {
            throw new FormatException("the header describes " + position + " bytes of tensors, the file has "
                    + dataBytes + (position > dataBytes ? "; it is cut short" : " after the header"));
        }
        return new Header(metadata, inOrder);
    }

    /** A name from a file that nobody vouches for, made fit to print. */
    static String quote(String text) {
        var shown = new StringBuilder("'");
        text.chars().limit(80).forEach(c -> shown.append(Character.isISOControl(c) ? '?' : (char) c));
        return shown.append(text.length() > 80 ? "…'" : "'").toString();
    }
}
