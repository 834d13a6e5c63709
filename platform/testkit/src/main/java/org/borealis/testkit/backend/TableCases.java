package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.ScatterAdd;
import org.borealis.tensor.Primitive.WriteSlice;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/** What reads and writes where data says. */
final class TableCases {
    private static final Bound EXACT = new Bound.Exact();

    private TableCases() {}

    static List<OpCase> of(DataType type) {
        var cases = new ArrayList<>(List.of(
                OpCase.of(new Gather(), EXACT, Samples.of(type, 1, 129, 3), Samples.indices(129, 2, 5, 7)),
                OpCase.of(new Gather(), EXACT, Samples.of(type, 1, 5), Samples.indices(5, 2)),
                OpCase.of(new Gather(), EXACT, Samples.of(type, 1, 5, 2, 3), Samples.indices(5, 2, 0)),
                OpCase.of(new WriteSlice(0), EXACT, Samples.of(type, 1, 9, 3), Samples.of(type, 2, 2, 3), position(7)),
                OpCase.of(
                        new WriteSlice(1),
                        EXACT,
                        Samples.of(type, 1, 3, 129, 5),
                        Samples.of(type, 2, 3, 3, 5),
                        position(64)),
                OpCase.of(new Gather(), EXACT, Samples.of(type, 1, 1), Samples.indices(1, 2, 129)),
                OpCase.of(new Gather(), EXACT, Samples.of(type, 1, 129), Samples.indices(129, 2, 3)),
                OpCase.of(new WriteSlice(0), EXACT, Samples.of(type, 1, 1), Samples.of(type, 2, 1), position(0)),
                OpCase.of(new WriteSlice(1), EXACT, Samples.of(type, 1, 3, 5), Samples.of(type, 2, 3, 0), position(2)),
                OpCase.of(new WriteSlice(0), EXACT, Samples.of(type, 1, 5), Samples.of(type, 2, 5), position(0))));
        if (type != DataType.BOOL) {
            cases.add(OpCase.of(
                    new ScatterAdd(3), new Bound.Sum(129), Samples.indices(3, 1, 129), Samples.of(type, 2, 129, 5)));
            cases.add(OpCase.of(
                    new ScatterAdd(129), new Bound.Sum(35), Samples.indices(129, 1, 5, 7), Samples.of(type, 2, 5, 7)));
            cases.add(OpCase.of(
                    new ScatterAdd(5), new Bound.Sum(0), Samples.indices(5, 1, 0), Samples.of(type, 2, 0, 3)));
            cases.add(OpCase.of(
                    new ScatterAdd(1),
                    new Bound.Sum(1),
                    HostTensor.of(TensorType.of(DataType.INT32, 1), 0),
                    Samples.of(type, 2, 1)));
            cases.add(inOrder(type));
        }
        return cases;
    }

    /** Updates of one row that give 1 in their own order, and 0 in another where the accumulator is no wider than it has to be. */
    private static OpCase inOrder(DataType type) {
        double small = type == DataType.FLOAT16 ? 0x1p-11 : 1;
        double large = small * (type == DataType.FLOAT64 ? 0x1p55 : type.isFloat() ? 0x1p26 : 100);
        var updates = type == DataType.UINT8
                ? HostTensor.of(TensorType.of(type, 4), 200, 100, 7, 3)
                : HostTensor.of(TensorType.of(type, 4), large, 5 * small, -large, small);
        return OpCase.of(
                new ScatterAdd(2), EXACT, HostTensor.of(TensorType.of(DataType.INT32, 4), 1, 0, 1, 1), updates);
    }

    private static HostTensor position(int position) {
        return HostTensor.of(TensorType.of(DataType.INT32), position);
    }
}
