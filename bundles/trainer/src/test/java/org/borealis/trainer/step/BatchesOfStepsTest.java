package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Rematerialisation;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.ulysses.Ulysses;
import org.borealis.tensor.DataType;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.OptimizerTrial;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Steps of one or more batches, and what their gradients tell of each other, on ranks that are threads of this JVM. */
final class BatchesOfStepsTest {
    /** Sums of a few thousand float32 in another order. */
    private static final double TOLERANCE = 1e-5;

    /** By first and number of batches. */
    private static final Map<List<Integer>, Told> KNOWN = new ConcurrentHashMap<>();

    private final ProgramCompiler compiler = new ProgramCompiler();

    private static Map<String, ParallelStrategy> strategies(int zero) {
        var strategies = new HashMap<>(OptimizerTrial.strategies(zero));
        strategies.put("sequence", new Ulysses());
        return strategies;
    }

    /** @param micro batches of a rank */
    private record Case(String mesh, int zero, int micro) {}

    /** A step as told. */
    private record Told(double loss, double norm, OptionalDouble squaredBatchNorm) {}

    /** Makes a step of so many batches on each rank, by programs for steps of {@code fewest} to {@code most}. */
    private Told step(Ranks ranks, int first, int batches, int fewest, int most) {
        var plan = new StepPlan(2, most, new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks)
                .from(fewest);
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(
                        device, DataType.FLOAT32, OptimizerTrial.MODEL.parameters(), new Momentum(0.5, 1), ranks);
                var step = new TrainStep(compiler, device, OptimizerTrial.MODEL, new Momentum(0.5, 1), state, plan)) {
            state.initialise(1);
            step.begin(batches);
            for (int i = 0; i < batches; i++) {
                step.accumulate(OptimizerTrial.batch(first + i * ranks.batches() + ranks.batch()));
            }
            return new Told(step.loss(), step.gradientNorm(), step.squaredBatchNorm());
        }
    }

    private Told alone(int first, int batches) {
        return KNOWN.computeIfAbsent(List.of(first, batches), _ -> step(Ranks.ALONE, first, batches, batches, batches));
    }

    @TestFactory
    Stream<DynamicTest> theFirstBatchesOfAllRanksAreMeasured() {
        return Stream.of(
                        new Case("data=1", 0, 1),
                        new Case("data=1", 0, 3),
                        new Case("data=2", 0, 1),
                        new Case("data=2", 1, 2),
                        new Case("data=2", 2, 1),
                        new Case("data=2", 3, 2),
                        new Case("tensor=2", 0, 2),
                        new Case("data=2,tensor=2", 3, 1),
                        new Case("replica=2,data=2", 0, 1))
                .map(one -> dynamicTest(
                        one.toString(), () -> measured(new ThreadRanks(one.mesh, strategies(one.zero)), one.micro)));
    }

    @Test
    void exactSumsAreMeasuredToo() {
        measured(new ThreadRanks("data=2", strategies(0), true), 2);
        measured(new ThreadRanks("data=2", strategies(2), true), 1);
    }

    private void measured(ThreadRanks ranks, int micro) {
        for (var told : ranks.run(rank -> Map.entry(rank.batches(), step(rank, 5, micro, micro, micro)))) {
            int lines = told.getKey();
            var got = told.getValue().squaredBatchNorm();
            assertEquals(lines * micro > 1, got.isPresent(), "batches " + lines * micro);
            if (got.isPresent()) {
                double wanted = IntStream.range(0, lines)
                        .mapToDouble(i -> Math.pow(alone(5 + i, 1).norm(), 2))
                        .average()
                        .orElseThrow();
                assertEquals(wanted, got.getAsDouble(), TOLERANCE * wanted);
            }
        }
    }

    @Test
    void whatRanksOfABatchAddUpApartIsNotBroughtTogetherToBeMeasured() {
        var apart = new ThreadRanks("sequence=2", strategies(0));
        assertTrue(apart.run(rank -> step(rank, 5, 2, 2, 2)).stream()
                .allMatch(told -> told.squaredBatchNorm().isEmpty()));
        measured(new ThreadRanks("data=2,sequence=2", strategies(0)), 1);
    }

    @TestFactory
    Stream<DynamicTest> stepsMayHaveFewerBatches() {
        return Stream.of(new Case("data=1", 0, 3), new Case("data=2", 0, 3), new Case("data=2,tensor=2", 3, 2))
                .flatMap(one -> IntStream.rangeClosed(1, one.micro)
                        .mapToObj(batches -> dynamicTest(one + ", " + batches, () -> {
                            var ranks = new ThreadRanks(one.mesh, strategies(one.zero));
                            var all =
                                    ranks.run(rank -> Map.entry(rank.batches(), step(rank, 7, batches, 1, one.micro)));
                            var wanted = alone(7, batches * all.getFirst().getKey());
                            for (var got : all) {
                                assertEquals(wanted.loss(), got.getValue().loss(), TOLERANCE);
                                assertEquals(wanted.norm(), got.getValue().norm(), TOLERANCE * wanted.norm());
                            }
                        })));
    }
}
