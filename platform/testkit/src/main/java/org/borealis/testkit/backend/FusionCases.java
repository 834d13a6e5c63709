// Long, because it is a list of cases.
package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.borealis.device.Device;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.Trace;
import org.borealis.tensor.composite.AdamStep;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.Fusion;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.SwiGlu;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/**
 * Fusions as the compiler makes them, and a few that it does not: points, rows, columns and totals, with operands repeated in every way,
 * several outputs, and several types.
 */
final class FusionCases {
    private static final TensorType NUMBER = TensorType.of(DataType.FLOAT64);

    private final DataType type;
    private final Bound bound;
    private final List<OpCase> cases = new ArrayList<>();

    private FusionCases(DataType type) {
        this.type = type;
        // Each node may round to 16 bits, or none but the last; the wider types add up roundings of long sums.
        this.bound = new Bound.Scaled(type.bytes() == 2 ? 16 : 128);
    }

    static Stream<OpCase> of(DataType type, Device oracle) {
        var made = new FusionCases(type);
        made.points();
        made.repeated();
        made.updates();
        made.rows();
        made.softmax();
        made.crossEntropy();
        made.columns();
        made.totals();
        if (oracle.supports(DataType.FLOAT64)) {
            made.types();
        }
        return made.cases.stream();
    }

    private HostTensor sample(int seed, int... sizes) {
        return Samples.of(type, seed, sizes);
    }

    private void add(Function<List<Tensor>, List<Tensor>> body, HostTensor... inputs) {
        var types = Arrays.stream(inputs).map(HostTensor::type).toList();
        var program = Program.trace("fusion", types, body);
        cases.add(OpCase.of(new Fusion(program), bound, (trace, in) -> widened(program, trace, in), inputs));
    }

    /** What a body means with float64 for every float type. */
    private static List<Tensor> widened(Program body, Trace trace, List<Tensor> inputs) {
        var values = new ArrayList<>(inputs);
        for (var node : body.nodes()) {
            var operands = node.inputs().stream().map(values::get).toList();
            values.addAll(trace.apply(widened(node.op()), operands));
        }
        return body.outputs().stream().map(output -> values.get(output.value())).toList();
    }

    private static Op widened(Op op) {
        return switch (op) {
            case Constant(var values, var of) when of.type().isFloat() -> new Constant(values, of.as(DataType.FLOAT64));
            case Iota(int dim, var of) when of.type().isFloat() -> new Iota(dim, of.as(DataType.FLOAT64));
            case Convert(var to) when to.isFloat() -> new Convert(DataType.FLOAT64);
            default -> op;
        };
    }

    private void points() {
        for (var shape : List.of(new int[] {1}, new int[] {3, 5}, new int[] {129}, new int[] {2, 3, 67})) {
            var x = sample(1, shape);
            var y = sample(2, shape);
            add(in -> List.of(in.get(0).minus(in.get(1).times(0.125))), x, y);
            add(new Gelu(true)::decompose, x);
            add(new Gelu.Gradient(false)::decompose, x, y);
            add(new SwiGlu.Gradient()::decompose, sample(3, shape), x, y);
            add(in -> List.of(in.get(0).plus(in.get(0)), in.get(0).times(in.get(0))), x);
        }
        // Each output may take the place of an input that another still needs at the same element.
        add(in -> List.of(in.get(1).plus(in.get(0)), in.get(0).minus(in.get(1))), sample(1, 3, 43), sample(2, 3, 43));
    }

    private void repeated() {
        for (int channels : new int[] {1, 5, 129}) {
            var x = sample(1, 2, 3, channels);
            add( // a bias and an activation, which the backward pass needs both
                    in -> {
                        var up = in.get(0).plus(in.get(1));
                        return List.of(
                                up, new Gelu(false).decompose(List.of(up)).get(0));
                    },
                    x,
                    sample(2, 1, 1, channels));
            add(
                    in -> List.of(in.get(0)
                            .times(in.get(1))
                            .plus(in.get(2))
                            .times(in.get(3))
                            .minus(in.get(4))),
                    x,
                    sample(2, 2, 3, 1),
                    sample(3, 1, 3, channels),
                    sample(4, 2, 1, 1),
                    sample(5, 1, 1, 1));
            add(
                    in -> List.of(
                            in.get(0).stretch(Shape.of(4, channels)).exp(),
                            in.get(0).stretch(Shape.of(4, channels)).times(in.get(1))),
                    sample(6, 1, channels),
                    sample(7, 4, 1));
            add(
                    in -> List.of(
                            in.get(0).reshape(6 * channels).times(in.get(1)).reshape(3, 2 * channels)),
                    x,
                    sample(8, 1));
        }
        add(
                in -> List.of(
                        in.get(0).reshape(1).stretch(Shape.of(10)).reshape(2, 5).times(in.get(1))),
                sample(1),
                sample(2, 2, 5));
    }

    private void updates() {
        for (var shape : List.of(new int[] {1}, new int[] {129}, new int[] {7, 43})) {
            var moments = Samples.positive(TensorType.of(type, shape), 4);
            add(
                    new AdamStep(0.9, 0.95, 1e-8, 0.1, true)::decompose,
                    sample(1, shape),
                    sample(2, shape),
                    sample(3, shape),
                    moments,
                    HostTensor.of(NUMBER, 0.01),
                    HostTensor.of(NUMBER, 3));
            // As it is fused: numbers come from outside.
            add(
                    in -> {
                        var gradient = in.get(1).times(in.get(4));
                        var first = in.get(2).times(0.9).plus(gradient.times(0.1));
                        var second = in.get(3)
                                .times(0.95)
                                .plus(gradient.times(gradient).times(0.05));
                        var step = first.dividedBy(second.sqrt().plus(1e-4));
                        return List.of(in.get(0).minus(step.times(in.get(4))), first, second);
                    },
                    sample(1, shape),
                    sample(2, shape),
                    sample(3, shape),
                    moments,
                    HostTensor.of(TensorType.of(type), 0.125));
        }
    }

    private void rows() {
        for (var shape : List.of(new int[] {3, 129}, new int[] {2, 5, 64}, new int[] {129, 3}, new int[] {1, 1030})) {
            int channels = shape[shape.length - 1];
            var x = sample(1, shape);
            var weight = sample(2, channels);
            add(new RmsNorm(1e-5)::decompose, x, weight);
            add(new LayerNorm(1e-5)::decompose, x, weight, sample(3, channels));
            add( // a residual before, and what flows back behind
                    in -> {
                        var sum = in.get(0).plus(in.get(1));
                        var mean = sum.mean(-1);
                        return List.of(sum, sum.minus(mean), sum.times(mean).sum(-1), mean);
                    },
                    x,
                    sample(4, shape));
            add(
                    in -> List.of(
                            in.get(0).max(-1),
                            in.get(0).minus(in.get(0).max(-1)).exp().sum(-1).log()),
                    x);
        }
        add(in -> List.of(in.get(0).times(in.get(0).times(0.5).sum(3).sum(2))), sample(1, 2, 3, 5, 7));
        add(in -> List.of(in.get(0).max(-1).plus(1)), Edges.numbers(type, Double.NaN, 1, -1));
    }

    private void softmax() {
        for (int time : new int[] {1, 5, 33}) {
            var square = TensorType.of(DataType.INT32, 1, 1, time, time);
            add(
                    in -> {
                        var x = in.get(0);
                        var seen = x.iota(2, square).less(x.iota(3, square)).not();
                        var scores = seen.select(x.times(0.3), x.scalar(-10000));
                        var weights = scores.minus(scores.max(-1)).exp();
                        return List.of(weights.dividedBy(weights.sum(-1)));
                    },
                    sample(1, 2, 3, time, time));
        }
    }

    private void crossEntropy() {
        for (var shape : List.of(new int[] {1, 2}, new int[] {5, 129}, new int[] {33, 17})) {
            var logits = sample(1, shape);
            var targets = Samples.indices(shape[1], 2, shape[0]);
            add(
                    in -> {
                        var x = in.get(0).as(type.accumulator());
                        var highest = x.max(-1);
                        var columns = x.iota(1, TensorType.of(DataType.INT32, 1, shape[1]));
                        var chosen =
                                columns.equalTo(in.get(1).reshape(shape[0], 1)).select(x, x.scalar(0));
                        return List.of(
                                x.minus(highest).exp().sum(-1).log().plus(highest),
                                chosen.sum(-1),
                                in.get(1).equalTo(in.get(1).scalar(CrossEntropy.IGNORED)));
                    },
                    logits,
                    targets);
            var number = Samples.of(type.accumulator(), 3);
            add(
                    new CrossEntropy.Gradient()::decompose,
                    number,
                    logits,
                    targets,
                    Samples.of(type.accumulator(), 4, shape[0]));
        }
    }

    private void columns() {
        for (var shape : List.of(new int[] {1, 3}, new int[] {129, 5}, new int[] {2, 33, 7}, new int[] {3, 5, 130})) {
            var dy = sample(1, shape);
            int channels = shape[shape.length - 1];
            int rows = dy.count() / channels;
            add(in -> List.of(in.get(0).reshape(rows, channels).times(0.5).sum(0)), dy);
            add(
                    in -> {
                        var dx = in.get(0).times(in.get(1));
                        return List.of(dx, dx.reshape(rows, channels).sum(0).reshape(channels));
                    },
                    dy,
                    sample(2, shape));
            add(new RmsNorm.Gradient()::decompose, dy, sample(2, shape), sample(3, channels), inverse(shape));
        }
        add(in -> List.of(in.get(0).plus(1).sum(0).sum(1)), sample(1, 3, 5, 7));
    }

    /** What a norm divided by: one number a row. */
    private HostTensor inverse(int... shape) {
        var sizes = shape.clone();
        sizes[sizes.length - 1] = 1;
        return Samples.positive(TensorType.of(type.accumulator(), sizes), 5);
    }

    private void totals() {
        for (var shape :
                List.of(new int[] {}, new int[] {1}, new int[] {129}, new int[] {3, 1030}, new int[] {2, 3, 5})) {
            var x = sample(1, shape);
            add(in -> List.of(in.get(0).times(in.get(0)).sum()), x);
            add(
                    in -> List.of(
                            in.get(0).abs().sum().as(DataType.FLOAT64).sqrt().as(type),
                            in.get(0).times(2)),
                    x);
        }
        add(in -> List.of(in.get(0).dividedBy(in.get(0).abs().sum())), sample(2, 3, 43));
    }

    private void types() {
        var x = sample(1, 5, 27);
        var integers = Samples.of(DataType.INT32, 2, 5, 27);
        add(
                in -> List.of(
                        in.get(0).as(type.accumulator()).exp().as(type),
                        in.get(0).less(in.get(0).scalar(0))),
                x);
        add(in -> List.of(in.get(0).as(DataType.FLOAT64).times(3).cos().as(type)), x);
        add(
                in -> List.of(
                        in.get(1).as(type).times(0.25).plus(in.get(0)),
                        in.get(1).times(in.get(1)).sum(1),
                        in.get(1).as(DataType.INT64).minus(in.get(1).iota(1, TensorType.of(DataType.INT64, 1, 27)))),
                x,
                integers);
        add(
                in -> List.of(
                        in.get(2)
                                .or(in.get(1).less(in.get(1).scalar(7)))
                                .select(in.get(0), in.get(0).negate()),
                        in.get(2).as(DataType.INT32).plus(in.get(1)),
                        in.get(2).not().and(in.get(1).equalTo(in.get(1)))),
                x,
                integers,
                Samples.of(DataType.BOOL, 3, 5, 27));
    }
}
