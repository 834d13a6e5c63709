package org.borealis.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.TensorType;

/** What works on each element by itself: ordinary numbers at odd sizes, and the numbers at the edge of each type. */
final class ElementwiseCases {
    /** Odd sizes, nothing, a scalar. */
    private static final List<Shape> SHAPES = List.of(
            Shape.of(1), Shape.of(3), Shape.of(129), Shape.of(3, 1, 43), Shape.of(0), Shape.of(3, 0), Shape.SCALAR);

    private static final List<List<Shape>> STRETCHED = List.of(
            List.of(Shape.of(3, 1), Shape.of(1, 129)),
            List.of(Shape.of(5, 3, 1), Shape.of(1, 1, 7)),
            List.of(Shape.of(1, 1), Shape.of(3, 5)),
            List.of(Shape.of(3, 5), Shape.of(1, 5)),
            List.of(Shape.of(2, 3, 5), Shape.of(2, 1, 5)),
            List.of(Shape.of(0, 3), Shape.of(1, 3)));

    private ElementwiseCases() {}

    static Stream<OpCase> of(DataType type) {
        return Stream.of(unary(type), binary(type), select(type)).flatMap(List::stream);
    }

    /** Between this type and each other. */
    static Stream<OpCase> conversions(DataType from, DataType to) {
        var numbers = from.isFloat()
                ? List.of(Samples.of(from, 1, 129), HostTensor.of(TensorType.of(from, 6), 0, -0.0, 1, -1, 2.5, -2.5))
                : List.of(Samples.of(from, 1, 129), edges(from));
        return numbers.stream()
                .map(in -> from.isFloat() && to == DataType.UINT8 ? absolute(in) : in)
                .map(in -> OpCase.of(new Convert(to), new Bound.Exact(), in));
    }

    private static List<OpCase> unary(DataType type) {
        var cases = new ArrayList<OpCase>();
        for (var function : Function.values()) {
            var op = new Unary(function);
            if (!takes(op, type, 1)) {
                continue;
            }
            for (var shape : SHAPES) {
                var in = new TensorType(type, shape);
                cases.add(OpCase.of(
                        op, bound(function), isForPositive(function) ? Samples.positive(in, 1) : Samples.of(in, 1)));
            }
            cases.add(OpCase.of(op, bound(function), edges(type)));
        }
        return cases;
    }

    private static List<OpCase> binary(DataType type) {
        var cases = new ArrayList<OpCase>();
        for (var function : Function2.values()) {
            var op = new Binary(function);
            if (!takes(op, type, 2)) {
                continue;
            }
            for (var shape : SHAPES) {
                cases.add(binary(function, type, shape, shape));
            }
            for (var shapes : STRETCHED) {
                cases.add(binary(function, type, shapes.get(0), shapes.get(1)));
                cases.add(binary(function, type, shapes.get(1), shapes.get(0)));
            }
            cases.add(eachPair(op, edges(type), bound(function)));
        }
        return cases;
    }

    private static OpCase binary(Function2 function, DataType type, Shape a, Shape b) {
        var left = new TensorType(type, a);
        var right = new TensorType(type, b);
        return OpCase.of(
                new Binary(function),
                bound(function),
                function == Function2.POWER ? Samples.positive(left, 1) : Samples.of(left, 1),
                function == Function2.DIVIDE ? Samples.positive(right, 2) : Samples.of(right, 2));
    }

    /** Every number with every other, as a column and a row. */
    private static OpCase eachPair(Binary op, HostTensor numbers, Bound bound) {
        int count = numbers.count();
        var type = numbers.type();
        var row = new HostTensor(type.in(Shape.of(1, count)), numbers.elements());
        if (op.function() == Function2.DIVIDE && !type.type().isFloat()) {
            // Not by 0; nor the least by -1, which traps on x86 in backends that use the processor's division.
            row = HostTensor.ofIntegers(type.in(Shape.of(1, 3)), 1, 2, 7);
        }
        return OpCase.of(op, bound, new HostTensor(type.in(Shape.of(count, 1)), numbers.elements()), row);
    }

    private static List<OpCase> select(DataType type) {
        return List.of(
                select(type, Shape.of(129), Shape.of(129), Shape.of(129)),
                select(type, Shape.of(3, 1), Shape.of(1, 5), Shape.of(3, 5)),
                select(type, Shape.of(3, 5), Shape.of(1, 1), Shape.of(3, 5)),
                select(type, Shape.of(1, 1), Shape.of(3, 5), Shape.of(1, 5)),
                select(type, Shape.SCALAR, Shape.SCALAR, Shape.SCALAR));
    }

    private static OpCase select(DataType type, Shape mask, Shape yes, Shape no) {
        return OpCase.of(
                new Select(),
                new Bound.Exact(),
                Samples.of(new TensorType(DataType.BOOL, mask), 1),
                Samples.of(new TensorType(type, yes), 2),
                Samples.of(new TensorType(type, no), 3));
    }

    private static boolean takes(Op op, DataType type, int inputs) {
        try {
            op.infer(Collections.nCopies(inputs, TensorType.of(type, 1)));
            return true;
        } catch (ShapeException e) {
            return false;
        }
    }

    private static boolean isForPositive(Function function) {
        return function == Function.LOG
                || function == Function.SQRT
                || function == Function.RSQRT
                || function == Function.RECIPROCAL;
    }

    /** Four units for functions that libraries approximate: vectorised libm promises one to two. */
    private static Bound bound(Function function) {
        return switch (function) {
            case NEGATE, ABS, NOT -> new Bound.Exact();
            case SIGN, FLOOR -> new Bound.Ulps(0);
            case SQRT, RECIPROCAL -> new Bound.Ulps(1);
            case EXP, LOG, RSQRT, TANH, ERF, SIN, COS -> new Bound.Ulps(4);
        };
    }

    /** The sign of a zero maximum is left open. */
    private static Bound bound(Function2 function) {
        return switch (function) {
            case ADD, SUBTRACT, MULTIPLY, EQUAL, LESS, AND, OR -> new Bound.Exact();
            case MAXIMUM, MINIMUM -> new Bound.Ulps(0);
            case DIVIDE -> new Bound.Ulps(1);
            case POWER -> new Bound.Ulps(4);
        };
    }

    /** Zeros, infinities, NaN, the greatest and the least: where implementations differ. */
    private static HostTensor edges(DataType type) {
        return switch (type) {
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> {
                var precision = Precision.of(type);
                yield HostTensor.of(
                        TensorType.of(type, 13),
                        0,
                        -0.0,
                        1,
                        -1,
                        0.5,
                        -2.5,
                        3,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        Double.NaN,
                        precision.greatest(),
                        -precision.greatest(),
                        precision.leastNormal());
            }
            case INT64 ->
                HostTensor.ofIntegers(TensorType.of(type, 8), 0, 1, -1, 2, 7, -7, Long.MIN_VALUE, Long.MAX_VALUE);
            case INT32 ->
                HostTensor.ofIntegers(TensorType.of(type, 8), 0, 1, -1, 2, 7, -7, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT8 -> HostTensor.ofIntegers(TensorType.of(type, 6), 0, 1, 2, 7, 128, 255);
            case BOOL -> HostTensor.ofIntegers(TensorType.of(type, 2), 0, 1);
        };
    }

    private static HostTensor absolute(HostTensor in) {
        return HostTensor.fill(in.type(), i -> Math.abs(in.get(i)));
    }
}
