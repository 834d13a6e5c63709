package org.borealis.testkit.backend;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.Trace;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/**
 * One operation on given inputs, and how exact it has to be.
 *
 * @param source makes the inputs, once, when they are first asked for: those of a gradient the oracle has to compute
 * @param meaning what a composite means on float64; its decomposition, unless that insists on its types
 */
record OpCase(
        Op op,
        List<TensorType> types,
        Supplier<List<HostTensor>> source,
        Bound bound,
        BiFunction<Trace, List<Tensor>, List<Tensor>> meaning) {

    static OpCase of(Op op, Bound bound, HostTensor... inputs) {
        return of(op, bound, ownMeaning(op), inputs);
    }

    /** A composite whose decomposition does not take other types. */
    static OpCase of(Op op, Bound bound, BiFunction<Trace, List<Tensor>, List<Tensor>> meaning, HostTensor... inputs) {
        var given = List.of(inputs);
        return new OpCase(op, given.stream().map(HostTensor::type).toList(), () -> given, bound, meaning);
    }

    /** A case on {@link Samples}, one after the other, made when they are first asked for. */
    static OpCase sampled(Op op, Bound bound, TensorType... types) {
        return later(
                op,
                bound,
                List.of(types),
                () -> IntStream.range(0, types.length)
                        .mapToObj(i -> Samples.of(types[i], i + 1))
                        .toList());
    }

    /** A case whose inputs are dear. */
    static OpCase later(Op op, Bound bound, List<TensorType> types, Supplier<List<HostTensor>> inputs) {
        return new OpCase(op, types, new Later(inputs), bound, ownMeaning(op));
    }

    private static BiFunction<Trace, List<Tensor>, List<Tensor>> ownMeaning(Op op) {
        return (trace, in) -> op instanceof Composite composite ? composite.decompose(in) : trace.apply(op, in);
    }

    /** Makes inputs once. */
    private static final class Later implements Supplier<List<HostTensor>> {
        private final Supplier<List<HostTensor>> source;
        private List<HostTensor> made = List.of();

        Later(Supplier<List<HostTensor>> source) {
            this.source = source;
        }

        @Override
        public List<HostTensor> get() {
            if (made.isEmpty()) {
                made = source.get();
            }
            return made;
        }
    }

    List<HostTensor> inputs() {
        return source.get();
    }

    /** The operation without the settings that differ from case to case. */
    String name() {
        return switch (op) {
            case Unary(var function) -> function.name();
            case Binary(var function) -> function.name();
            case Reduce(var fold, var _) -> "Reduce(" + fold + ")";
            default -> name(op.getClass());
        };
    }

    private static String name(Class<?> type) {
        var outer = type.getEnclosingClass();
        return outer != null && Composite.class.isAssignableFrom(outer)
                ? outer.getSimpleName() + "." + type.getSimpleName()
                : type.getSimpleName();
    }

    /**
     * The same with other numbers, as good as these: each input's elements moved on by one. Of a gradient only what flows back, because
     * its other inputs belong together.
     */
    OpCase rotated() {
        boolean isGradient = name().endsWith(".Gradient");
        var inputs = inputs();
        return with(IntStream.range(0, inputs.size())
                .mapToObj(i -> isGradient && i > 0 ? inputs.get(i) : rotated(inputs.get(i)))
                .toList());
    }

    private static HostTensor rotated(HostTensor in) {
        var moved = new HostTensor(in.type());
        long element = in.type().type().bytes();
        long rest = Math.max(0, in.elements().byteSize() - element);
        if (rest > 0) {
            moved.elements().asSlice(0, rest).copyFrom(in.elements().asSlice(element));
            moved.elements().asSlice(rest).copyFrom(in.elements().asSlice(0, element));
        } else {
            moved.elements().copyFrom(in.elements());
        }
        return moved;
    }

    /** The same on every input changed. */
    OpCase map(UnaryOperator<HostTensor> change) {
        return with(inputs().stream().map(change).toList());
    }

    private OpCase with(List<HostTensor> others) {
        return new OpCase(op, types, () -> others, bound, meaning);
    }

    @Override
    public String toString() {
        return op.label() + " of " + types.stream().map(TensorType::toString).collect(Collectors.joining(", "));
    }
}
