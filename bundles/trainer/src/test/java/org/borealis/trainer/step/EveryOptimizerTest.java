package org.borealis.trainer.step;

import static org.borealis.trainer.fakes.OptimizerTrial.SMALLEST;
import static org.borealis.trainer.fakes.OptimizerTrial.requireNear;
import static org.borealis.trainer.fakes.OptimizerTrial.saved;
import static org.borealis.trainer.fakes.OptimizerTrial.strategies;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.borealis.model.Parameter;
import org.borealis.optimizer.adam.AdEMAMix;
import org.borealis.optimizer.adam.Adam;
import org.borealis.optimizer.adam.AdamMini;
import org.borealis.optimizer.adam.AdamW;
import org.borealis.optimizer.adam.AdamW8Bit;
import org.borealis.optimizer.adam.Adamax;
import org.borealis.optimizer.adam.Adan;
import org.borealis.optimizer.adam.Adopt;
import org.borealis.optimizer.adam.CautiousAdamW;
import org.borealis.optimizer.adam.NAdam;
import org.borealis.optimizer.adam.RAdam;
import org.borealis.optimizer.adaptive.Adadelta;
import org.borealis.optimizer.adaptive.Adafactor;
import org.borealis.optimizer.adaptive.Adagrad;
import org.borealis.optimizer.adaptive.Came;
import org.borealis.optimizer.adaptive.RmsProp;
import org.borealis.optimizer.free.DAdaptationAdam;
import org.borealis.optimizer.free.Prodigy;
import org.borealis.optimizer.free.ScheduleFreeAdamW;
import org.borealis.optimizer.free.ScheduleFreeRAdam;
import org.borealis.optimizer.free.ScheduleFreeSgd;
import org.borealis.optimizer.layerwise.Lamb;
import org.borealis.optimizer.layerwise.Lars;
import org.borealis.optimizer.layerwise.Mars;
import org.borealis.optimizer.matrix.Apollo;
import org.borealis.optimizer.matrix.DistributedShampoo;
import org.borealis.optimizer.matrix.GaLore;
import org.borealis.optimizer.matrix.Muon;
import org.borealis.optimizer.matrix.Shampoo;
import org.borealis.optimizer.matrix.Soap;
import org.borealis.optimizer.sgd.Sgd;
import org.borealis.optimizer.sign.CautiousLion;
import org.borealis.optimizer.sign.Lion;
import org.borealis.optimizer.sign.Sophia;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.OptimizerTrial;
import org.borealis.trainer.fakes.OptimizerTrial.Results;
import org.borealis.trainer.fakes.OptimizerTrial.Start;
import org.borealis.trainer.fakes.ThreadRanks;
import org.borealis.trainer.ranks.Ranks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each optimizer that ships, on two ranks that share what it remembers, then gradients, then parameters, too. */
final class EveryOptimizerTest {
    private static final int STAGES = 3;
    private static final int UPDATES = 2;
    /** Losses of a held-out batch, the last numbers of a run. */
    private static final int HELD_OUT = 2;

    private static <T> Optimizer with(Class<T> settings, Function<T, Optimizer> optimizer, Object... values) {
        var given = new HashMap<String, Object>();
        for (int i = 0; i < values.length; i += 2) {
            given.put((String) values[i], values[i + 1]);
        }
        return optimizer.apply(Settings.of(settings, given));
    }

    private static List<String> names() {
        return SMALLEST.parameters().stream().map(Parameter::name).toList();
    }

    private static List<Optimizer> optimizers() {
        return List.of(
                with(Adam.Config.class, Adam::new),
                with(AdamW.Config.class, AdamW::new, "amsgrad", true),
                with(AdamW8Bit.Config.class, AdamW8Bit::new, "smallest", 90, "block", 32),
                with(Adamax.Config.class, Adamax::new),
                with(NAdam.Config.class, NAdam::new),
                with(RAdam.Config.class, RAdam::new),
                with(Adan.Config.class, Adan::new, "gradientNorm", 0.5),
                with(Adopt.Config.class, Adopt::new),
                with(AdEMAMix.Config.class, AdEMAMix::new, "beta3Warmup", 10),
                with(CautiousAdamW.Config.class, CautiousAdamW::new),
                with(AdamMini.Config.class, AdamMini::new),
                with(Adagrad.Config.class, Adagrad::new),
                with(Adadelta.Config.class, Adadelta::new),
                with(RmsProp.Config.class, RmsProp::new, "centered", true, "momentum", 0.9),
                with(Adafactor.Config.class, Adafactor::new, "beta1", 0.9),
                with(Adafactor.Config.class, Adafactor::new, "compounding", names()),
                with(Came.Config.class, Came::new),
                with(Sgd.Config.class, Sgd::new, "momentum", 0.9),
                with(Lion.Config.class, Lion::new),
                with(CautiousLion.Config.class, CautiousLion::new),
                with(Sophia.Config.class, Sophia::new, "curvatureEvery", 2),
                with(Lars.Config.class, Lars::new),
                with(Lamb.Config.class, Lamb::new, "preNorm", true),
                with(Mars.Config.class, Mars::new),
                with(Mars.Config.class, Mars::new, "variant", "shampoo"),
                with(ScheduleFreeSgd.Config.class, ScheduleFreeSgd::new),
                with(ScheduleFreeAdamW.Config.class, ScheduleFreeAdamW::new, "innerMomentum", 0.9),
                with(ScheduleFreeRAdam.Config.class, ScheduleFreeRAdam::new, "silent", false),
                with(Prodigy.Config.class, Prodigy::new),
                with(Prodigy.Config.class, Prodigy::new, "slice", 3),
                with(DAdaptationAdam.Config.class, DAdaptationAdam::new),
                with(Muon.Config.class, Muon::new),
                with(Soap.Config.class, Soap::new, "every", 2),
                with(GaLore.Config.class, GaLore::new, "rank", 4, "every", 2),
                with(Apollo.Config.class, Apollo::new, "rank", 4, "every", 2),
                with(Shampoo.Config.class, Shampoo::new, "every", 2),
                with(
                        DistributedShampoo.Config.class,
                        DistributedShampoo::new,
                        "start",
                        2,
                        "every",
                        2,
                        "maxDim",
                        16,
                        "merges",
                        false));
    }

    /**
     * Sums over batches are made in order, whatever the mesh, so all bits are the same; but for what follows from sums over elements that
     * ranks have parts of.
     */
    @TestFactory
    Stream<DynamicTest> twoRanksThatGoOnUnderEachStageOfZeroDoWhatOneDoesUnbroken() {
        return optimizers().stream()
                .map(optimizer -> dynamicTest(optimizer.getClass().getSimpleName(), () -> {
                    var used = UpdateKinds.of(optimizer, SMALLEST.parameters());
                    var wanted = trial(used, STAGES * UPDATES).run(Ranks.ALONE);
                    var numbers = new ArrayList<Double>();
                    var ranks = stage(used, 1, OptimizerTrial::run);
                    numbers.addAll(ofUpdates(ranks));
                    for (int zero = 2; zero <= STAGES; zero++) {
                        var start = after((zero - 1) * UPDATES, ranks);
                        ranks = stage(used, zero, (trial, rank) -> trial.run(rank, start));
                        numbers.addAll(ofUpdates(ranks));
                    }
                    numbers.addAll(heldOut(ranks));
                    if (optimizer.numbers().isEmpty()) {
                        assertEquals(wanted.numbers(), numbers);
                        requireSame(wanted, ranks);
                    } else {
                        requireNear(wanted.numbers(), numbers);
                        requireNear(saved(List.of(wanted)), saved(ranks));
                        requireSame(wanted, List.of(goneOn(used)));
                    }
                }));
    }

    /** What one rank comes to that was stopped on the way. */
    private static Results goneOn(Optimizer optimizer) {
        var first = trial(optimizer, UPDATES).run(Ranks.ALONE);
        return trial(optimizer, (STAGES - 1) * UPDATES).run(Ranks.ALONE, after(UPDATES, List.of(first)));
    }

    private static Start after(int updates, List<Results> ranks) {
        return new Start(updates, ranks.getFirst().remembered(), saved(ranks));
    }

    private static OptimizerTrial trial(Optimizer optimizer, int updates) {
        return new OptimizerTrial(SMALLEST, optimizer, Offload.NONE, updates);
    }

    /** What two ranks come to, with two more updates. */
    private static List<Results> stage(Optimizer optimizer, int zero, BiFunction<OptimizerTrial, Ranks, Results> run) {
        var all = new ThreadRanks("data=2", strategies(zero), true)
                .run(ranks -> run.apply(trial(optimizer, UPDATES), ranks));
        all.forEach(rank -> assertEquals(all.getFirst().numbers(), rank.numbers()));
        return all;
    }

    private static List<Double> ofUpdates(List<Results> ranks) {
        var numbers = ranks.getFirst().numbers();
        return numbers.subList(0, numbers.size() - HELD_OUT);
    }

    private static List<Double> heldOut(List<Results> ranks) {
        var numbers = ranks.getFirst().numbers();
        return numbers.subList(numbers.size() - HELD_OUT, numbers.size());
    }

    private static void requireSame(Results wanted, List<Results> ranks) {
        var got = saved(ranks).bytes();
        saved(List.of(wanted)).bytes().forEach((tensor, bytes) -> assertArrayEquals(bytes, got.get(tensor), tensor));
    }
}
