package org.borealis.compiler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Tensor;

/** Gradients that arrive at one value, to be added up when all are there. */
final class Arrivals {
    /** What arrives at a part of the value. */
    private record Part(Slice slice, Tensor gradient) {}

    private final Tensor value;
    private final List<Part> parts = new ArrayList<>();
    private Optional<Tensor> whole = Optional.empty();

    private Arrivals(Tensor value) {
        this.value = value;
    }

    /** Nothing yet, for each value. */
    static List<Arrivals> none(List<Tensor> values) {
        return values.stream().map(Arrivals::new).toList();
    }

    void add(Tensor gradient) {
        whole = Optional.of(whole.map(sum -> sum.plus(gradient)).orElse(gradient));
    }

    void add(Slice slice, Tensor gradient) {
        parts.add(new Part(slice, gradient));
    }

    boolean isEmpty() {
        return whole.isEmpty() && parts.isEmpty();
    }

    /** The sum. Parts that stand behind each other and cover the value, as those of q, k and v do, are joined without adding zeros. */
    Optional<Tensor> sum() {
        parts.sort(Comparator.comparingInt(part -> part.slice().start()));
        if (covers()) {
            var more = parts.stream().skip(1).map(Part::gradient).toArray(Tensor[]::new);
            var first = parts.getFirst();
            add(
                    more.length == 0
                            ? first.gradient()
                            : first.gradient().concatenate(first.slice().dim(), more));
        } else {
            parts.forEach(part -> add(padded(part)));
        }
        parts.clear();
        return whole;
    }

    private boolean covers() {
        int end = 0;
        for (var part : parts) {
            if (part.slice().start() != end
                    || part.slice().dim() != parts.getFirst().slice().dim()) {
                return false;
            }
            end += part.slice().length();
        }
        return !parts.isEmpty() && end == value.dim(parts.getFirst().slice().dim());
    }

    private Tensor padded(Part part) {
        var slice = part.slice();
        int after = value.dim(slice.dim()) - slice.start() - slice.length();
        return Gradients.pad(part.gradient(), slice.dim(), slice.start(), after);
    }
}
