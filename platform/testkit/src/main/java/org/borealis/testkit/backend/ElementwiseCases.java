package org.borealis.testkit.backend;

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
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

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

    private static final int MANY = 131;

    private ElementwiseCases() {}

    static Stream<OpCase> of(DataType type) {
        return Stream.of(unary(type), binary(type), select(type)).flatMap(List::stream);
    }

    /** From this type to another. */
    static Stream<OpCase> conversions(DataType from, DataType to) {
        var numbers = new ArrayList<HostTensor>();
        for (var shape : List.of(Shape.of(1), Shape.of(3), Shape.of(129), Shape.of(3, 5), Shape.of(0), Shape.SCALAR)) {
            numbers.add(Samples.of(new TensorType(from, shape), 1));
        }
        return Stream.concat(
                        numbers.stream().map(in -> from.isFloat() && to == DataType.UINT8 ? absolute(in) : in),
                        Stream.of(Edges.convertible(from, to)))
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
            cases.add(OpCase.of(op, bound(function), Edges.of(type)));
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
            cases.add(eachPair(op, type));
            if (type.isFloat()) {
                cases.add(manyPairs(op, type, MANY));
                cases.add(manyPairs(op, type, 1));
            }
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

    /** Every edge with every other, as a column and a row. */
    private static OpCase eachPair(Binary op, DataType type) {
        var left = Edges.of(type);
        var right = op.function() == Function2.DIVIDE ? Edges.divisors(type) : left;
        return OpCase.of(
                op,
                bound(op.function()),
                new HostTensor(TensorType.of(type, left.count(), 1), left.elements()),
                new HostTensor(TensorType.of(type, 1, right.count()), right.elements()));
    }

    /** Every edge with every other, in rows so many that a backend may take another way than for a few; the second may be one row. */
    private static OpCase manyPairs(Binary op, DataType type, int secondRows) {
        var edges = Edges.of(type);
        int count = edges.count();
        int pairs = count * count;
        var left = TensorType.of(type, MANY, pairs);
        var right = TensorType.of(type, secondRows, pairs);
        return OpCase.later(
                op,
                bound(op.function()),
                List.of(left, right),
                () -> List.of(
                        HostTensor.fill(left, i -> edges.get(i % pairs / count)),
                        HostTensor.fill(right, i -> edges.get(i % count))));
    }

    private static List<OpCase> select(DataType type) {
        return List.of(
                edgesOf(type),
                select(type, Shape.of(1), Shape.of(1), Shape.of(1)),
                select(type, Shape.of(3), Shape.of(3), Shape.of(3)),
                select(type, Shape.of(129), Shape.of(129), Shape.of(129)),
                select(type, Shape.of(2, 1, 43), Shape.of(1, 3, 43), Shape.of(2, 3, 1)),
                select(type, Shape.of(0), Shape.of(0), Shape.of(0)),
                select(type, Shape.of(3, 0), Shape.of(1, 0), Shape.of(3, 1)),
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

    /** Each edge chosen and not chosen, by value and not by arithmetic: what is not chosen leaves no trace. */
    private static OpCase edgesOf(DataType type) {
        var edges = Edges.of(type);
        return OpCase.of(
                new Select(),
                new Bound.Exact(),
                HostTensor.of(TensorType.of(DataType.BOOL, 2, 1), 1, 0),
                new HostTensor(TensorType.of(type, 1, edges.count()), edges.elements()),
                Samples.of(type, 3, 1, 1));
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

    /** Vectorised libraries promise one unit for most functions that they approximate, and 3.5 for the periodic ones. */
    private static Bound bound(Function function) {
        return switch (function) {
            case NEGATE, ABS, NOT -> new Bound.Exact();
            case SIGN, FLOOR -> new Bound.Ulps(0);
            case SQRT, RECIPROCAL -> new Bound.Ulps(1);
            case EXP, LOG, RSQRT -> new Bound.Ulps(2);
            case TANH, ERF, SIN, COS -> new Bound.Ulps(4);
        };
    }

    /** The sign of a zero maximum is left open. */
    private static Bound bound(Function2 function) {
        return switch (function) {
            case ADD, SUBTRACT, MULTIPLY, EQUAL, LESS, AND, OR -> new Bound.Exact();
            case MAXIMUM, MINIMUM -> new Bound.Ulps(0);
            case DIVIDE -> new Bound.Ulps(1);
            case POWER -> new Bound.Ulps(2);
        };
    }

    private static HostTensor absolute(HostTensor in) {
        return HostTensor.fill(in.type(), i -> Math.abs(in.get(i)));
    }
}
