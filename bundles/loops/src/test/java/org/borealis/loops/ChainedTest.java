package org.borealis.loops;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Operations that share a loop, and outputs computed where they are to be. */
class ChainedTest {
    private static final Bench BENCH = new Bench(2);

    /** Of a, b, c and d. */
    static final List<Function<List<Tensor>, Tensor>> CHAINS = List.of(
            in -> in.get(0).times(in.get(1)).times(in.get(2)),
            in -> in.get(0).times(in.get(1)).plus(in.get(2)),
            in -> in.get(0).times(in.get(1)).minus(in.get(2)),
            in -> in.get(2).minus(in.get(0).times(in.get(1))),
            in -> in.get(0).plus(in.get(1)).times(in.get(2)),
            in -> in.get(0).plus(in.get(1)).plus(in.get(2)),
            in -> in.get(0).minus(in.get(1)).times(in.get(2)),
            in -> in.get(0).dividedBy(in.get(1)).times(in.get(2)),
            in -> in.get(2).plus(in.get(0).dividedBy(in.get(1))),
            in -> in.get(0).times(in.get(1)).plus(in.get(2).times(in.get(3))),
            in -> in.get(0).times(in.get(1)).minus(in.get(2).times(in.get(3))));

    @AfterAll
    static void close() {
        BENCH.close();
    }

    private static List<HostTensor> inputs(TensorType... types) {
        var inputs = new ArrayList<HostTensor>();
        for (int i = 0; i < types.length; i++) {
            inputs.add(Bench.sample(types[i], i + 1));
        }
        return inputs;
    }

    private static void requireSameBits(List<HostTensor> inputs, Function<List<Tensor>, List<Tensor>> body) {
        var fusion = Bench.fusion(inputs.stream().map(HostTensor::type).toList(), body);
        var want = BENCH.decomposed(fusion, inputs);
        Closeness.requireUlps("apart", BENCH.run(fusion, inputs), want, 0);
        Closeness.requireUlps("in place", BENCH.runInPlace(fusion, inputs), want, 0);
    }

    @Test
    void eachOperationIsRoundedByItself() {
        for (int columns : new int[] {1, 3, 129, 320, 1300}) {
            var whole = TensorType.of(DataType.FLOAT32, 20, columns);
            for (var chain : CHAINS) {
                requireSameBits(inputs(whole, whole, whole, whole), in -> List.of(chain.apply(in)));
            }
        }
    }

    @Test
    void anOperandMayBeOneNumberOrARowOrOneForEachRow() {
        for (int columns : new int[] {3, 129, 320, 1300}) {
            var whole = TensorType.of(DataType.FLOAT32, 20, columns);
            var one = TensorType.of(DataType.FLOAT32, 1, 1);
            var row = TensorType.of(DataType.FLOAT32, 1, columns);
            for (var chain : CHAINS) {
                requireSameBits(inputs(whole, one, row, whole), in -> List.of(chain.apply(in)));
                requireSameBits(inputs(whole, row, whole, one), in -> {
                    var most = in.get(0).max(-1);
                    return List.of(chain.apply(List.of(in.get(0), most, in.get(1), in.get(3))));
                });
            }
        }
    }

    @Test
    void whatALaterStepReadsIsNotWrittenOver() {
        var whole = TensorType.of(DataType.FLOAT32, 64, 320);
        requireSameBits(inputs(whole, whole), in -> {
            var first = in.get(0).times(in.get(1));
            return List.of(first, first.times(first).plus(in.get(0)).maximum(in.get(1)));
        });
    }

    @Test
    void anErrorFunctionMayTakeThePlaceOfItsInput() {
        var whole = TensorType.of(DataType.FLOAT32, 64, 320);
        var inputs = inputs(whole);
        var fusion = Bench.fusion(List.of(whole), in -> List.of(in.get(0).erf()));
        var apart = BENCH.run(fusion, inputs);
        Closeness.requireUlps("in place", BENCH.runInPlace(fusion, inputs), apart, 0);
    }
}
