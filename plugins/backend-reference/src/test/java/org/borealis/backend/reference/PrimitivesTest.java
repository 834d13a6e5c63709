package org.borealis.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.List;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Concatenate;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.Iota;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.Slice;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Primitive.WriteSlice;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.Test;

/** Results worked out by hand: the kit compares backends with this one, so this one needs something else to be compared with. */
final class PrimitivesTest {
    private static HostTensor f64(int[] sizes, double... values) {
        return HostTensor.of(TensorType.of(DataType.FLOAT64, sizes), values);
    }

    private static HostTensor i32(int[] sizes, double... values) {
        return HostTensor.of(TensorType.of(DataType.INT32, sizes), values);
    }

    private static int[] of(int... sizes) {
        return sizes;
    }

    private static double[] run(Op op, HostTensor... inputs) {
        try (var device = new ReferenceBackend().open()) {
            var slots = new ArrayList<Slot>();
            for (var input : inputs) {
                slots.add(input.to(device));
            }
            var out = Slot.allocate(
                    device, op.infer(slots.stream().map(Slot::type).toList()).get(0));
            device.bind(op, slots, List.of(out)).run();
            return HostTensor.read(device, out).values();
        }
    }

    private static void assertGives(Op op, double[] wanted, HostTensor... inputs) {
        assertArrayEquals(wanted, run(op, inputs), op.label());
    }

    private static double[] numbers(double... values) {
        return values;
    }

    @Test
    void productsWithEitherOperandTransposed() {
        var rows = f64(of(2, 3), 1, 2, 3, 4, 5, 6);
        var columns = f64(of(3, 2), 1, 4, 2, 5, 3, 6); // the transpose
        assertGives(new MatMul(false, false), numbers(14, 32, 32, 77), rows, columns);
        assertGives(new MatMul(false, true), numbers(14, 32, 32, 77), rows, rows);
        assertGives(new MatMul(true, false), numbers(14, 32, 32, 77), columns, columns);
        assertGives(new MatMul(true, true), numbers(14, 32, 32, 77), columns, rows);
    }

    @Test
    void productsOfABatch() {
        var left = f64(of(2, 1, 2), 1, 2, 3, 4);
        var right = f64(of(2, 2, 1), 5, 6, 7, 8);
        assertGives(new MatMul(false, false), numbers(17, 53), left, right);
    }

    @Test
    void reductionsAlongEitherDim() {
        var x = f64(of(2, 3), 1, 5, 3, 4, 2, 6);
        assertGives(new Reduce(Fold.SUM, 0), numbers(5, 7, 9), x);
        assertGives(new Reduce(Fold.SUM, 1), numbers(9, 12), x);
        assertGives(new Reduce(Fold.MAX, 0), numbers(4, 5, 6), x);
        assertGives(new Reduce(Fold.MAX, 1), numbers(5, 6), x);
    }

    @Test
    void smallDimsAreStretched() {
        var column = f64(of(2, 1), 10, 20);
        var row = f64(of(1, 3), 1, 2, 3);
        assertGives(new Binary(Function2.ADD), numbers(11, 12, 13, 21, 22, 23), column, row);
        assertGives(
                new Binary(Function2.SUBTRACT),
                numbers(-9, -19, -8, -18, -7, -17),
                f64(of(3, 1), 1, 2, 3),
                f64(of(1, 2), 10, 20));
    }

    @Test
    void elementsMove() {
        var x = f64(of(2, 3), 1, 2, 3, 4, 5, 6);
        assertGives(new Transpose(List.of(1, 0)), numbers(1, 4, 2, 5, 3, 6), x);
        assertGives(new Slice(1, 1, 2), numbers(2, 3, 5, 6), x);
        assertGives(new Concatenate(1), numbers(1, 2, 3, 7, 4, 5, 6, 8), x, f64(of(2, 1), 7, 8));
        assertGives(new Iota(0, TensorType.of(DataType.INT32, 2, 2)), numbers(0, 0, 1, 1));
        assertGives(new WriteSlice(1), numbers(1, 7, 3, 4, 8, 6), x, f64(of(2, 1), 7, 8), i32(of(), 1));
    }

    @Test
    void rowsOfTablesAreReadAndSummed() {
        var table = f64(of(3, 2), 1, 2, 3, 4, 5, 6);
        assertGives(new Gather(), numbers(5, 6, 1, 2, 5, 6), table, i32(of(3), 2, 0, 2));
        assertGives(new ScatterAdd(4), numbers(0, 0, 3, 4, 0, 0, 6, 8), i32(of(3), 3, 1, 3), table);
    }

    @Test
    void conversionsRoundTiesToEvenAndTruncateToIntegers() {
        double half = 0x1p-8; // of the distance of bfloat16 numbers above 1
        var x = f64(of(4), 1 + half, 1 + 3 * half, 1 + half + 0x1p-20, -2.9);
        assertGives(new Convert(DataType.BFLOAT16), numbers(1, 1 + 4 * half, 1 + 2 * half, -2.90625), x);
        assertGives(new Convert(DataType.INT32), numbers(1, 1, 1, -2), x);
        assertGives(new Convert(DataType.BOOL), numbers(1, 0), f64(of(2), -0.5, 0));
    }

    @Test
    void integersWrap() {
        var greatest = i32(of(1), Integer.MAX_VALUE);
        assertGives(new Binary(Function2.ADD), numbers(Integer.MIN_VALUE), greatest, i32(of(1), 1));
        assertGives(new Binary(Function2.MULTIPLY), numbers(1), greatest, greatest);
    }
}
