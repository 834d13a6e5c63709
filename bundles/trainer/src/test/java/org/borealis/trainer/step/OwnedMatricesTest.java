package org.borealis.trainer.step;

import static org.borealis.trainer.fakes.OptimizerTrial.MODEL;
import static org.borealis.trainer.fakes.OptimizerTrial.saved;
import static org.borealis.trainer.fakes.OptimizerTrial.strategies;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.Muon;
import org.borealis.trainer.fakes.OptimizerTrial;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** An optimizer that needs whole matrices, on ranks that are threads of this JVM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OwnedMatricesTest {
    private static final Muon MUON = new Muon(0.01);
    private final ProgramCompiler compiler = new ProgramCompiler();
    /** What one rank gives, for all that are compared with it. */
    private final Map<Optimizer, OptimizerTrial.Results> alone = new HashMap<>();

    @TestFactory
    Stream<DynamicTest> stepsAreThoseOfOneRank() {
        return Stream.of("data=2", "data=4", "tensor=2", "data=2,tensor=2", "tensor=2,data=2", "replica=2,data=2")
                .flatMap(mesh -> IntStream.rangeClosed(mesh.contains("data") ? 1 : 0, mesh.contains("data") ? 3 : 0)
                        .mapToObj(zero -> dynamicTest(mesh + " zero " + zero, () -> equalOneRank(mesh, zero, MUON))));
    }

    @TestFactory
    Stream<DynamicTest> soTheyAreWhereTheOptimizerWronglySaysThatPartsWillDo() {
        return IntStream.rangeClosed(1, 3)
                .mapToObj(zero -> dynamicTest("zero " + zero, () -> equalOneRank("data=2", zero, new Wrongly(MUON))));
    }

    /** The same updates, of which it says that each element's is its own. */
    private record Wrongly(Optimizer real) implements Optimizer {
        @Override
        public double rate() {
            return real.rate();
        }

        @Override
        public double clip() {
            return real.clip();
        }

        @Override
        public List<State> state(Parameter parameter, DataType type) {
            return real.state(parameter, type);
        }

        @Override
        public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
            return real.update(parameter, value, gradient, state, step);
        }
    }

    private void equalOneRank(String mesh, int zero, Optimizer optimizer) {
        new OptimizerTrial(optimizer).requireThatOfOneRank(new ThreadRanks(mesh, strategies(zero)), alone(optimizer));
    }

    private OptimizerTrial.Results alone(Optimizer optimizer) {
        return alone.computeIfAbsent(optimizer, _ -> new OptimizerTrial(optimizer).run(Ranks.ALONE));
    }

    @TestFactory
    Stream<DynamicTest> sumsInOrderGiveTheBitsOfOneRank() {
        return IntStream.rangeClosed(1, 3)
                .mapToObj(zero -> dynamicTest("zero " + zero, () -> {
                    var trial = new OptimizerTrial(MUON);
                    var wanted = alone(MUON);
                    var ranks = new ThreadRanks("data=4", strategies(zero), true).run(trial::run);
                    ranks.forEach(got -> assertEquals(wanted.numbers(), got.numbers()));
                    var saved = saved(ranks);
                    saved(List.of(wanted))
                            .bytes()
                            .forEach((name, tensor) ->
                                    assertArrayEquals(tensor, saved.bytes().get(name), name));
                }));
    }

    /** Bytes of matrices that a rank remembers, as planned and as taken. */
    private record Remembered(long bytes, long planned, long whole) {}

    @Test
    void eachMatrixIsRememberedByOneRankAndAllByEquallyMany() {
        for (int zero = 1; zero <= 3; zero++) {
            var all = new ThreadRanks("data=4", strategies(zero)).run(this::remembered);
            long whole = all.get(0).whole();
            assertEquals(whole, all.stream().mapToLong(Remembered::bytes).sum());
            for (var rank : all) {
                assertEquals(rank.bytes(), rank.planned());
                assertTrue(rank.bytes() <= whole / 4 * 1.1, "a rank remembers " + rank.bytes() + " bytes of " + whole);
            }
        }
    }

    private Remembered remembered(Ranks ranks) {
        var matrices =
                MODEL.parameters().stream().filter(p -> !MUON.isElementwise(p)).toList();
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, DataType.FLOAT32, MODEL.parameters(), MUON, ranks)) {
            var planned = StepMemory.plan(compiler, device, MODEL, MUON, new OptimizerTrial(MUON).plan(ranks));
            long vectors = optimizerBytes(
                    state,
                    MODEL.parameters().stream().filter(MUON::isElementwise).toList());
            return new Remembered(
                    optimizerBytes(state, matrices),
                    planned.optimizer() - vectors,
                    matrices.stream().mapToLong(p -> 4 * p.shape().elements()).sum());
        }
    }

    private static long optimizerBytes(TrainState state, List<Parameter> parameters) {
        return parameters.stream()
                .flatMap(p -> MUON.state(p, DataType.FLOAT32).stream().map(s -> TrainState.memory(p, s)))
                .map(name -> Optional.ofNullable(state.slots().get(name)))
                .flatMap(Optional::stream)
                .mapToLong(slot -> slot.type().bytes())
                .sum();
    }
}
