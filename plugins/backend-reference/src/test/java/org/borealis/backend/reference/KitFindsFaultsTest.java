package org.borealis.backend.reference;

import static org.borealis.backend.reference.Verdicts.assertComplains;
import static org.borealis.backend.reference.Verdicts.assertFailing;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.borealis.device.Backend;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Concatenate;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Primitive.RandomBits;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Gelu;
import org.borealis.tensor.composite.LayerNorm;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.Test;

/**
 * A kit that passes everything is worth nothing: these backends each give wrong numbers in one place, and the check of that place, and
 * no other, has to find it.
 */
final class KitFindsFaultsTest {

    /** A kernel in the place of the right one, or the right one. */
    private interface Fault {
        Kernel bind(FaultyDevice device, Op op, List<Slot> inputs, List<Slot> outputs);
    }

    private static Backend with(Fault fault) {
        return () -> new FaultyDevice() {
            @Override
            public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                return fault.bind(this, op, inputs, outputs);
            }
        };
    }

    /** Changes what an operation gives on a type. */
    private static Backend changing(Op wanted, DataType type, UnaryOperator<HostTensor> change) {
        return with((device, op, in, out) -> op.equals(wanted) && FaultyDevice.isOn(out, type)
                ? device.changed(op, in, out, change)
                : device.right.bind(op, in, out));
    }

    @Test
    void noTwoChecksHaveOneName() {
        var sentences = Verdicts.all(new ReferenceBackend());
        assertEquals(sentences.size(), new HashSet<>(sentences).size());
    }

    @Test
    void roundingTowardsZeroIsFound() {
        assertFailing(
                with((device, op, in, out) ->
                        op.equals(new Binary(Function2.ADD)) && FaultyDevice.isOn(in, DataType.BFLOAT16)
                                ? device.onHost(
                                        in,
                                        out,
                                        values -> List.of(
                                                truncatedSum(values, out.get(0).type())))
                                : device.right.bind(op, in, out)),
                "(ADD|SUBTRACT) on .*",
                "ADD on bf16 is right");
    }

    private static HostTensor truncatedSum(List<HostTensor> values, TensorType type) {
        var a = View.stretch(values.get(0).type().shape(), type.shape())
                .of(values.get(0).values());
        var b = View.stretch(values.get(1).type().shape(), type.shape())
                .of(values.get(1).values());
        return HostTensor.fill(
                type, i -> Float.intBitsToFloat(Float.floatToRawIntBits((float) (a[i] + b[i])) & 0xFFFF0000));
    }

    @Test
    void fourUnitsInTheLastPlaceAreFound() {
        UnaryOperator<HostTensor> off = y -> HostTensor.fill(
                y.type(), i -> y.get(i) + (Double.isFinite(y.get(i)) ? 4 * Math.ulp((float) y.get(i)) : 0));
        assertFailing(
                changing(new Unary(Function.EXP), DataType.FLOAT32, off), "(EXP|LOG) on .*", "EXP on f32 is right");
    }

    @Test
    void operandsInTheWrongOrderAreFound() {
        assertFailing(
                with((device, op, in, out) -> device.right.bind(
                        op,
                        op.equals(new Binary(Function2.SUBTRACT)) && FaultyDevice.isOn(in, DataType.INT32)
                                ? in.reversed()
                                : in,
                        out)),
                "(ADD|SUBTRACT|LESS) on .*",
                "SUBTRACT on i32 is right");
    }

    @Test
    void aDivisionThatSaturatesIsFound() {
        assertFailing(
                changing(
                        new Binary(Function2.DIVIDE),
                        DataType.INT32,
                        y -> HostTensor.fill(
                                y.type(),
                                i -> y.get(i) == Integer.MIN_VALUE && i % 7 == 1 ? Integer.MAX_VALUE : y.get(i))),
                "DIVIDE on .*",
                "DIVIDE on i32 is right");
    }

    @Test
    void aMaximumThatDropsNotANumberIsFound() {
        assertFailing(
                with((device, op, in, out) -> op instanceof Reduce(Fold fold, int dim)
                                && fold == Fold.MAX
                                && FaultyDevice.isOn(in, DataType.FLOAT32)
                        ? device.onHost(
                                in,
                                out,
                                values -> List.of(
                                        maximum(values.get(0), dim, out.get(0).type())))
                        : device.right.bind(op, in, out)),
                "Reduce.* on .*",
                "Reduce(MAX) on f32 is right");
    }

    /** As hardware does that prefers a number. */
    private static HostTensor maximum(HostTensor x, int dim, TensorType type) {
        int size = x.type().shape().dim(dim);
        int inner = (int) x.type().shape().stride(dim);
        return HostTensor.fill(
                type,
                i -> IntStream.range(0, size)
                        .mapToDouble(j -> x.get(i / inner * size * inner + j * inner + i % inner))
                        .filter(value -> !Double.isNaN(value))
                        .max()
                        .orElse(Double.NaN));
    }

    @Test
    void updatesAddedInAnotherOrderAreFound() {
        assertFailing(scattering(true), "(ScatterAdd|Gather) on .*", "ScatterAdd on f32 is right");
    }

    @Test
    void updatesThatReplaceOneAnotherAreFound() {
        assertFailing(scattering(false), "(ScatterAdd|Gather) on .*", "ScatterAdd on f32 is right");
    }

    private static Backend scattering(boolean adds) {
        return with((device, op, in, out) -> op instanceof ScatterAdd && FaultyDevice.isOn(out, DataType.FLOAT32)
                ? device.onHost(
                        in, out, values -> List.of(scattered(values, out.get(0).type(), adds)))
                : device.right.bind(op, in, out));
    }

    /** From the last to the first, in float32; or each in the place of the one before. */
    private static HostTensor scattered(List<HostTensor> values, TensorType type, boolean adds) {
        int width = (int) type.shape().stride(0);
        var sums = new float[(int) type.shape().elements()];
        var updates = values.get(1);
        for (int i = updates.count() - 1; i >= 0; i--) {
            int to = (int) values.get(0).get(i / width) * width + i % width;
            sums[to] = (float) updates.get(i) + (adds ? sums[to] : 0);
        }
        return HostTensor.fill(type, i -> sums[i]);
    }

    @Test
    void randomBitsOfAnotherOrderAreFound() {
        assertFailing(
                with((device, op, in, out) -> device.right.bind(
                        op instanceof RandomBits(long key, var shape)
                                ? new RandomBits(Long.rotateLeft(key, 32), shape)
                                : op,
                        in,
                        out)),
                "(RandomBits|Iota) on .*",
                "RandomBits on i32 is right");
    }

    @Test
    void anElementThatIsNotWrittenIsFound() {
        assertFailing(
                with((device, op, in, out) -> {
                    var kernel = device.right.bind(op, in, out);
                    if (!(op instanceof Concatenate) || out.get(0).type().type() != DataType.FLOAT16) {
                        return kernel;
                    }
                    return () -> {
                        var before = HostTensor.read(device, out.get(0));
                        kernel.run();
                        var after = HostTensor.read(device, out.get(0));
                        int last = after.count() - 1;
                        HostTensor.fill(after.type(), i -> i == last ? before.get(i) : after.get(i))
                                .write(device, out.get(0));
                    };
                }),
                "(Concatenate|Slice) on .*",
                "Concatenate on f16 is right");
    }

    @Test
    void aWriteBeyondTheEndIsFound() {
        var faulty = with((device, op, in, out) -> {
            var kernel = device.right.bind(op, in, out);
            var slot = out.get(0);
            var beyond = TensorType.of(slot.type().type(), 1);
            boolean fits = slot.offset() + slot.type().bytes() + beyond.bytes()
                    <= slot.buffer().bytes();
            if (!op.equals(new Unary(Function.ABS)) || !fits) {
                return kernel;
            }
            var next = new Slot(slot.buffer(), slot.offset() + slot.type().bytes(), beyond);
            return () -> {
                kernel.run();
                HostTensor.of(beyond, 1).write(device, next);
            };
        });
        assertFailing(
                faulty,
                "(ABS|NEGATE) on [if].*",
                "ABS on f64 is right",
                "ABS on f32 is right",
                "ABS on f16 is right",
                "ABS on i64 is right",
                "ABS on i32 is right");
        assertComplains(
                faulty, "ABS on f32 is right", "wrote outside output 0 f32[3]: at byte 12 of a tensor that has 12");
    }

    @Test
    void anOffsetThatIsRoundedIsFound() {
        var faulty = with((device, op, in, out) -> device.right.bind(
                op,
                op.equals(new Unary(Function.FLOOR))
                        ? in.stream().map(KitFindsFaultsTest::aligned).toList()
                        : in,
                out));
        assertFailing(faulty, "(FLOOR|ABS) on f32.*", "FLOOR on f32 is right");
        assertComplains(faulty, "FLOOR on f32 is right", "in a view that begins beside a multiple of 64 bytes");
    }

    private static Slot aligned(Slot slot) {
        return new Slot(slot.buffer(), slot.offset() / Slot.ALIGNMENT * Slot.ALIGNMENT, slot.type());
    }

    @Test
    void anInputThatIsUsedAsScratchIsFound() {
        var faulty = with((device, op, in, out) -> {
            var kernel = device.right.bind(op, in, out);
            return op instanceof MatMul
                    ? () -> {
                        kernel.run();
                        HostTensor.of(in.get(1).type(), 0).write(device, in.get(1));
                    }
                    : kernel;
        });
        assertComplains(faulty, "MatMul on f32 is right", "changed input 1");
    }

    @Test
    void stateThatIsKeptBetweenRunsIsFound() {
        var faulty = with((device, op, in, out) -> {
            var kernel = device.right.bind(op, in, out);
            if (!(op instanceof Reduce(Fold fold, int _))
                    || fold != Fold.SUM
                    || !FaultyDevice.isOn(in, DataType.INT64)) {
                return kernel;
            }
            var sums = new double[(int) out.get(0).type().shape().elements()];
            return () -> {
                kernel.run();
                var now = HostTensor.read(device, out.get(0));
                HostTensor.fill(now.type(), i -> sums[i] += now.get(i)).write(device, out.get(0));
            };
        });
        assertFailing(faulty, "Reduce.* on i.*", "Reduce(SUM) on i64 is right");
        assertComplains(faulty, "Reduce(SUM) on i64 is right", "a second run gives other bits");
    }

    @Test
    void aCopyOfTheFirstOperandsIsFound() {
        var faulty = with((device, op, in, out) -> {
            var kernel = device.right.bind(op, in, out);
            if (!(op instanceof MatMul) || !FaultyDevice.isOn(in, DataType.FLOAT32)) {
                return kernel;
            }
            var packed = new HostTensor[1];
            return () -> {
                if (packed[0] == null) {
                    kernel.run();
                    packed[0] = HostTensor.read(device, out.get(0));
                }
                packed[0].write(device, out.get(0));
            };
        });
        assertFailing(faulty, "MatMul on .*", "MatMul on f32 is right");
        assertComplains(faulty, "MatMul on f32 is right", "with new inputs in the same kernel");
    }

    @Test
    void anUndeclaredLackIsFound() {
        assertFailing(
                with((device, op, in, out) -> {
                    if (op instanceof MatMul && FaultyDevice.isOn(in, DataType.FLOAT16)) {
                        throw new DeviceException("unsupported", "no MatMul on f16 here");
                    }
                    return device.right.bind(op, in, out);
                }),
                "MatMul on .*",
                "MatMul on f16 is right");
    }

    /** Claims a composite on float32 and runs another. */
    private static Backend claiming(Composite claimed, Composite run) {
        return claiming(claimed, (device, op, in, out) -> device.decomposed(run, in, out));
    }

    private static Backend claiming(Composite claimed, Fault fault) {
        return () -> new FaultyDevice() {
            @Override
            public boolean fuses(Composite op, List<TensorType> inputs) {
                return op.equals(claimed) && inputs.get(0).type() == DataType.FLOAT32;
            }

            @Override
            public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                return op instanceof Composite composite
                                && fuses(
                                        composite,
                                        inputs.stream().map(Slot::type).toList())
                        ? fault.bind(this, op, inputs, outputs)
                        : super.bind(op, inputs, outputs);
            }
        };
    }

    @Test
    void aTrueClaimPasses() {
        assertFailing(claiming(new LayerNorm(1e-3), new LayerNorm(1e-3)), ".*LayerNorm.*");
    }

    @Test
    void aClaimWithAnotherEpsilonIsFound() {
        assertFailing(
                claiming(new LayerNorm(1e-3), new LayerNorm(1e-5)),
                ".*LayerNorm.*",
                "LayerNorm on f32 means its decomposition");
    }

    @Test
    void aClaimedGradientWithTheWrongSignIsFoundTwice() {
        var gradient = new Gelu.Gradient(true);
        assertFailing(
                claiming(gradient, (device, op, in, out) -> {
                    var kernel = device.decomposed(gradient, in, out);
                    return () -> {
                        kernel.run();
                        var dx = HostTensor.read(device, out.get(0));
                        HostTensor.fill(dx.type(), i -> -dx.get(i)).write(device, out.get(0));
                    };
                }),
                ".*Gelu.*",
                "Gelu.Gradient on f32 means its decomposition",
                "the gradient of Gelu(true) on f32 is what finite differences say");
    }
}
