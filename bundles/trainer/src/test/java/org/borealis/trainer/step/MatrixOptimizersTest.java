package org.borealis.trainer.step;

import static org.borealis.trainer.fakes.OptimizerTrial.saved;
import static org.borealis.trainer.fakes.OptimizerTrial.strategies;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.optimizer.matrix.Apollo;
import org.borealis.optimizer.matrix.DistributedShampoo;
import org.borealis.optimizer.matrix.GaLore;
import org.borealis.optimizer.matrix.Muon;
import org.borealis.optimizer.matrix.Shampoo;
import org.borealis.optimizer.matrix.Soap;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.OptimizerTrial;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Optimizers that ship and factorise matrices, on ranks that are threads of this JVM: each kind of update, with the bits of one rank. */
final class MatrixOptimizersTest {
    private static final Map<String, Optimizer> OPTIMIZERS = Map.of(
            "muon", new Muon(Settings.of(Muon.Config.class, Map.of())),
            "soap", new Soap(Settings.of(Soap.Config.class, Map.of("every", 2))),
            "galore", new GaLore(Settings.of(GaLore.Config.class, Map.of("rank", 4, "every", 2))),
            "apollo", new Apollo(Settings.of(Apollo.Config.class, Map.of("rank", 4, "every", 2))),
            "shampoo", new Shampoo(Settings.of(Shampoo.Config.class, Map.of("every", 2))),
            "distributed-shampoo",
                    new DistributedShampoo(Settings.of(
                            DistributedShampoo.Config.class,
                            Map.of("start", 2, "every", 2, "maxDim", 32, "merges", false))));

    @TestFactory
    Stream<DynamicTest> updatesOnTwoRanksHaveTheBitsOfOne() {
        return OPTIMIZERS.keySet().stream().sorted().flatMap(name -> {
            var trial = new OptimizerTrial(OPTIMIZERS.get(name));
            var wanted = trial.run(Ranks.ALONE);
            return IntStream.rangeClosed(1, 3)
                    .mapToObj(zero -> dynamicTest(name + " zero " + zero, () -> {
                        var ranks = new ThreadRanks("data=2", strategies(zero), true).run(trial::run);
                        ranks.forEach(got -> assertEquals(wanted.numbers(), got.numbers()));
                        var got = saved(ranks).bytes();
                        saved(List.of(wanted))
                                .bytes()
                                .forEach((tensor, bytes) -> assertArrayEquals(bytes, got.get(tensor), tensor));
                    }));
        });
    }
}
