package org.borealis.loops;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Broadcast;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each primitive by itself, against the reference backend. */
class PrimitivesTest {
    private static final Bench BENCH = new Bench(2);
    private static final List<Shape> SHAPES = List.of(
            Shape.SCALAR,
            Shape.of(1),
            Shape.of(3),
            Shape.of(129),
            Shape.of(1023),
            Shape.of(1025),
            Shape.of(3, 1, 43),
            Shape.of(0),
            Shape.of(3, 0));

    @AfterAll
    static void close() {
        BENCH.close();
    }

    private static void check(Op op, double ulps, HostTensor... inputs) {
        var fusion =
                Bench.single(op, List.of(inputs).stream().map(HostTensor::type).toList());
        var what = op.label() + " of "
                + List.of(inputs).stream().map(HostTensor::type).toList();
        assertTrue(BENCH.accepts(fusion), what);
        var got = BENCH.run(fusion, List.of(inputs));
        Closeness.requireUlps(what, got, BENCH.decomposed(fusion, List.of(inputs)), ulps);
    }

    private static boolean takes(Op op, DataType type, int inputs) {
        try {
            op.infer(Collections.nCopies(inputs, TensorType.of(type, 1)));
            return true;
        } catch (ShapeException e) {
            return false;
        }
    }

    private static HostTensor edges(DataType type) {
        return switch (type) {
            case FLOAT64, FLOAT32, BFLOAT16, FLOAT16 -> {
                double greatest = type == DataType.FLOAT64 ? Double.MAX_VALUE : type == DataType.FLOAT16 ? 65504 : 3e38;
                yield HostTensor.of(
                        TensorType.of(type, 22),
                        0,
                        -0.0,
                        1,
                        -1,
                        0.5,
                        -2.5,
                        3,
                        10,
                        -10,
                        80,
                        -80,
                        1e-3,
                        -1e-5,
                        1e-38,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        Double.NaN,
                        greatest,
                        -greatest,
                        100,
                        -104,
                        1e-42);
            }
            case INT64 ->
                HostTensor.ofIntegers(TensorType.of(type, 8), 0, 1, -1, 2, 7, -7, Long.MIN_VALUE, Long.MAX_VALUE);
            case INT32 ->
                HostTensor.ofIntegers(TensorType.of(type, 8), 0, 1, -1, 2, 7, -7, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT8 -> HostTensor.ofIntegers(TensorType.of(type, 6), 0, 1, 2, 7, 128, 255);
            case BOOL -> HostTensor.ofIntegers(TensorType.of(type, 2), 0, 1);
        };
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void functionsOfOneNumberAreThoseOfTheReference(DataType type) {
        for (var function : Function.values()) {
            var op = new Unary(function);
            if (!takes(op, type, 1)) {
                continue;
            }
            double ulps = switch (function) {
                case EXP, LOG, TANH, ERF, SIN, COS -> 2;
                default -> 0;
            };
            for (var shape : SHAPES) {
                check(op, ulps, Bench.sample(new TensorType(type, shape), 1));
            }
            check(op, ulps, edges(type));
        }
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void functionsOfTwoNumbersAreThoseOfTheReference(DataType type) {
        for (var function : Function2.values()) {
            var op = new Binary(function);
            if (!takes(op, type, 2)) {
                continue;
            }
            double ulps = function == Function2.POWER ? 2 : 0;
            for (var shape : SHAPES) {
                check(op, ulps, Bench.sample(new TensorType(type, shape), 1), divisor(function, type, shape));
            }
            for (var pair : List.of(
                    List.of(Shape.of(3, 1), Shape.of(1, 129)),
                    List.of(Shape.of(5, 3, 1), Shape.of(1, 1, 7)),
                    List.of(Shape.of(1, 1), Shape.of(3, 5)),
                    List.of(Shape.of(3, 5), Shape.of(1, 5)),
                    List.of(Shape.of(2, 3, 5), Shape.of(2, 1, 5)),
                    List.of(Shape.of(7, 300), Shape.of(7, 1)),
                    List.of(Shape.of(2, 1, 3, 1), Shape.of(1, 4, 1, 5)),
                    List.of(Shape.of(0, 3), Shape.of(1, 3)))) {
                check(
                        op,
                        ulps,
                        Bench.sample(new TensorType(type, pair.get(0)), 1),
                        divisor(function, type, pair.get(1)));
                check(
                        op,
                        ulps,
                        Bench.sample(new TensorType(type, pair.get(1)), 1),
                        divisor(function, type, pair.get(0)));
            }
            var numbers = edges(type);
            int n = numbers.count();
            var column = new HostTensor(TensorType.of(type, n, 1), numbers.elements());
            var row = function == Function2.DIVIDE && !type.isFloat()
                    ? HostTensor.ofIntegers(TensorType.of(type, 1, 3), 1, 2, 7)
                    : new HostTensor(TensorType.of(type, 1, n), numbers.elements());
            check(op, ulps, column, row);
        }
    }

    private static HostTensor divisor(Function2 function, DataType type, Shape shape) {
        var sample = Bench.sample(new TensorType(type, shape), 2);
        return function == Function2.DIVIDE && !type.isFloat()
                ? HostTensor.fill(sample.type(), i -> sample.get(i) == 0 ? 3 : sample.get(i))
                : sample;
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void selectionIsThatOfTheReference(DataType type) {
        for (var shapes : List.of(
                List.of(Shape.of(129), Shape.of(129), Shape.of(129)),
                List.of(Shape.of(3, 1), Shape.of(1, 5), Shape.of(3, 5)),
                List.of(Shape.of(3, 5), Shape.of(1, 1), Shape.of(3, 5)),
                List.of(Shape.of(1, 1), Shape.of(3, 5), Shape.of(1, 5)),
                List.of(Shape.SCALAR, Shape.SCALAR, Shape.SCALAR))) {
            check(
                    new Select(),
                    0,
                    Bench.sample(new TensorType(DataType.BOOL, shapes.get(0)), 1),
                    Bench.sample(new TensorType(type, shapes.get(1)), 2),
                    Bench.sample(new TensorType(type, shapes.get(2)), 3));
        }
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void conversionsAreThoseOfTheReference(DataType type) {
        for (var to : DataType.values()) {
            check(new Convert(to), 0, Bench.sample(type, 1, 1025));
            check(new Convert(to), 0, edges(type));
        }
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void whatIsMadeFromNothingIsThatOfTheReference(DataType type) {
        for (var shape : List.of(Shape.SCALAR, Shape.of(129), Shape.of(3, 5), Shape.of(3000), Shape.of(0))) {
            constant(new Constant(type.isFloat() ? 0.3 : 1, new TensorType(type, shape)));
        }
        var all = Bench.sample(type, 1, 3, 5);
        constant(new Constant(java.util.Arrays.stream(all.values()).boxed().toList(), all.type()));
        if (type != DataType.BOOL) {
            for (int dim = 0; dim < 3; dim++) {
                constant(new Iota(dim, TensorType.of(type, 3, 5, 7)));
            }
            constant(new Iota(0, TensorType.of(type, 3000)));
            constant(new Iota(1, TensorType.of(type, 2, 1, 300)));
        }
    }

    private static void constant(Op op) {
        check(op, 0);
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void repeatedDimsAreThoseOfTheReference(DataType type) {
        check(new Broadcast(Shape.of(129)), 0, Bench.sample(type, 1, 1));
        check(new Broadcast(Shape.of(3, 5, 7)), 0, Bench.sample(type, 1, 3, 1, 7));
        check(new Broadcast(Shape.of(3, 5, 7)), 0, Bench.sample(type, 1, 1, 5, 1));
        check(new Broadcast(Shape.of(3, 5, 700)), 0, Bench.sample(type, 1, 3, 1, 1));
        check(new Broadcast(Shape.of(2, 2, 2, 2)), 0, Bench.sample(type, 1, 2, 1, 2, 1));
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, mode = EnumSource.Mode.EXCLUDE, names = "BOOL")
    void reductionsAreThoseOfTheReference(DataType type) {
        for (var shape : List.of(
                Shape.of(1),
                Shape.of(129),
                Shape.of(3, 129),
                Shape.of(129, 3),
                Shape.of(3, 5, 7),
                Shape.of(2, 3000),
                Shape.of(3000, 2),
                Shape.of(1, 5, 1),
                Shape.of(2, 3, 4, 5),
                Shape.of(70000))) {
            for (int dim = 0; dim < shape.rank(); dim++) {
                var in = Bench.sample(new TensorType(type, shape), 1);
                check(new Reduce(Fold.MAX, dim), 0, in);
                var sum = Bench.single(new Reduce(Fold.SUM, dim), List.of(in.type()));
                assertTrue(BENCH.accepts(sum));
                var positive = type.isFloat() ? HostTensor.fill(in.type(), i -> Math.abs(in.get(i))) : in;
                double ulps = type == DataType.BFLOAT16 || type == DataType.FLOAT16 ? 1 : shape.dim(dim) / 4.0 + 1;
                if (type == DataType.FLOAT16 && shape.dim(dim) > 50000) {
                    continue; // overflows
                }
                Closeness.requireUlps(
                        sum.label() + in.type(),
                        BENCH.run(sum, List.of(positive)),
                        BENCH.decomposed(sum, List.of(positive)),
                        ulps);
            }
        }
        check(new Reduce(Fold.SUM, 1), 0, new HostTensor(TensorType.of(type, 3, 0)));
        check(new Reduce(Fold.MAX, 1), 0, new HostTensor(TensorType.of(type, 0, 3)));
    }

    @Test
    void aMaximumIsNotANumberIfAnyElementIsNone() {
        var values = new double[3000];
        values[2777] = Double.NaN;
        check(new Reduce(Fold.MAX, 0), 0, HostTensor.of(TensorType.of(DataType.FLOAT32, 3000), values));
        check(new Reduce(Fold.MAX, 0), 0, HostTensor.of(TensorType.of(DataType.FLOAT64, 3000, 1), values));
        check(new Reduce(Fold.MAX, 1), 0, HostTensor.of(TensorType.of(DataType.BFLOAT16, 2, 1500), values));
    }
}
