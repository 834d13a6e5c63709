package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.borealis.device.Backend;
import org.borealis.device.Compiler;
import org.borealis.model.ModelFamily;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.tensor.Collective;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a way to spread a run has to do: the numbers of one rank, on every mesh. Extend it, and say which strategies, on which meshes,
 * and for which models. Ranks are threads of this JVM.
 */
@ConsumerType
public abstract class StrategyConformance {
    private static final int BATCHES = 4;
    /** Reordered sums of float32: each of a few hundred terms of size 1, at 6e-8 a rounding. */
    private static final double TOLERANCE = 1e-6;

    /** The strategies under test, by axis. */
    protected abstract Map<String, ParallelStrategy> strategies();

    /** Meshes over these axes, such as {@code data=2}; at most four batches at once. */
    protected abstract List<String> meshes();

    /** Models to spread, by name. */
    protected abstract Map<String, ModelFamily> models();

    /** What partitions and runs programs. */
    protected abstract Compiler compiler();

    /** What ranks talk through. */
    protected abstract Collectives collectives();

    /** What ranks compute on. */
    protected Backend backend() {
        return Oracle.find();
    }

    /** Whether sums over ranks that are made in order give the bits of one rank: where batches are all that is spread. */
    protected boolean isExact() {
        return false;
    }

    /** Sequences of a batch: a multiple of the ranks that share them out. */
    protected int rows() {
        return 2;
    }

    private Spread spread(String mesh, boolean isExact) {
        var spread = new Spread(Mesh.parse(mesh), strategies(), isExact);
        assertEquals(0, BATCHES % spread.batches(), "the kit has " + BATCHES + " batches for all ranks of " + mesh);
        return spread;
    }

    private SpreadTrial trial(ModelFamily model, DataType type) {
        return new SpreadTrial(compiler(), backend(), collectives(), model, type, rows());
    }

    private Stream<DynamicTest> each(Check check) {
        return models().entrySet().stream()
                .flatMap(model -> meshes().stream()
                        .map(mesh ->
                                dynamicTest(model.getKey() + " on " + mesh, () -> check.run(model.getValue(), mesh))));
    }

    private interface Check {
        void run(ModelFamily model, String mesh);
    }

    @TestFactory
    final Stream<DynamicTest> lossAndGradientsAreThoseOfOneRank() {
        return each((model, mesh) -> {
            var trial = trial(model, DataType.FLOAT32);
            var program = trial.gradients();
            var wanted = trial.alone(program, BATCHES);
            var got = trial.spread(program, spread(mesh, false), trial.computing(), BATCHES);
            near(wanted, got, TOLERANCE);
        });
    }

    @TestFactory
    final Stream<DynamicTest> inFloat64TheyAreThoseOfOneRankToTheLastDigits() {
        return each((model, mesh) -> {
            var trial = trial(model, DataType.FLOAT64);
            var program = trial.gradients();
            var wanted = trial.alone(program, BATCHES);
            var got = trial.spread(program, spread(mesh, false), trial.computing(), BATCHES);
            near(wanted, got, 1e-13);
        });
    }

    @TestFactory
    final Stream<DynamicTest> greatestAttentionScoresAreThoseOfOneRank() {
        return each((model, mesh) -> {
            var spread = spread(mesh, false);
            if (spread.batches() == 1) { // else each has those of its own batches
                var trial = trial(model, DataType.FLOAT32);
                var program = trial.scores();
                near(trial.alone(program, 1), trial.spread(program, spread, trial.computing(), 1), TOLERANCE);
            }
        });
    }

    @TestFactory
    final Stream<DynamicTest> updatesAndTheLengthOfTheGradientAreThoseOfOneRank() {
        return each((model, mesh) -> updatesAreThoseOfOneRank(model, mesh, SpreadTrial::updating));
    }

    @TestFactory
    final Stream<DynamicTest> soTheyAreWhereMatricesAreUpdatedWhole() {
        return each((model, mesh) -> updatesAreThoseOfOneRank(model, mesh, SpreadTrial::updatingMatrices));
    }

    private void updatesAreThoseOfOneRank(ModelFamily model, String mesh, Function<SpreadTrial, Signature> signature) {
        var trial = trial(model, DataType.FLOAT32);
        var program = trial.update();
        var wanted = trial.alone(program, 1);
        var spread = spread(mesh, false);
        near(wanted, trial.spread(program, spread, signature.apply(trial), spread.batches()), TOLERANCE);
    }

    @TestFactory
    final Stream<DynamicTest> sumsInOrderGiveTheBitsOfOneRank() {
        return each((model, mesh) -> {
            if (!isExact()) {
                return;
            }
            var trial = trial(model, DataType.FLOAT32);
            var program = trial.gradients();
            var wanted = trial.alone(program, BATCHES);
            var got = trial.spread(program, spread(mesh, true), trial.computing(), BATCHES);
            wanted.tensors()
                    .forEach((name, tensor) ->
                            assertArrayEquals(tensor.bytes(), got.get(name).bytes(), name));
        });
    }

    @TestFactory
    final Stream<DynamicTest> theSplitProgramIsTheSameEachTime() {
        return each((model, mesh) -> {
            var trial = trial(model, DataType.FLOAT32);
            var split = split(trial, mesh);
            assertEquals(split.toString(), split(trial, mesh).toString());
            assertTrue(
                    split.nodes().stream().anyMatch(node -> node.op() instanceof Collective),
                    "ranks never talk to each other:\n" + split);
        });
    }

    private Program split(SpreadTrial trial, String mesh) {
        return compiler().partition(trial.gradients(), spread(mesh, false), trial.computing());
    }

    /** As a share of the tensor's length, which a tensor of rounding noise does not have. */
    private static void near(SpreadTrial.Results wanted, SpreadTrial.Results got, double tolerance) {
        double longest = wanted.tensors().values().stream()
                .mapToDouble(t -> length(t.values()))
                .max()
                .orElse(0);
        wanted.tensors().forEach((name, tensor) -> {
            var values = tensor.values();
            var others = got.get(name).values();
            var difference = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                difference[i] = values[i] - others[i];
            }
            double scale = Math.max(length(values), 1e-3 * longest);
            double worst = length(difference) / scale;
            assertTrue(worst <= tolerance, name + " is off by " + worst + " of its length; allowed is " + tolerance);
        });
    }

    private static double length(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
