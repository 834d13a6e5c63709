package org.borealis.trainer.step;

import static org.borealis.trainer.fakes.OptimizerTrial.MODEL;
import static org.borealis.trainer.fakes.OptimizerTrial.strategies;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
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
import org.borealis.optimizer.sgd.Sgd;
import org.borealis.optimizer.sign.CautiousLion;
import org.borealis.optimizer.sign.Lion;
import org.borealis.optimizer.sign.Sophia;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.fakes.OptimizerTrial;
import org.borealis.trainer.fakes.ThreadRanks;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each optimizer that ships, on two ranks that share what it remembers, gradients and parameters. */
final class EveryOptimizerTest {
    private static <T> Optimizer with(Class<T> settings, Function<T, Optimizer> optimizer, Object... values) {
        var given = new HashMap<String, Object>();
        for (int i = 0; i < values.length; i += 2) {
            given.put((String) values[i], values[i + 1]);
        }
        return optimizer.apply(Settings.of(settings, given));
    }

    private static List<Optimizer> optimizers() {
        return List.of(
                with(Adam.Config.class, Adam::new),
                with(AdamW.Config.class, AdamW::new, "amsgrad", true),
                with(AdamW8Bit.Config.class, AdamW8Bit::new, "smallest", 300),
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
                with(DAdaptationAdam.Config.class, DAdaptationAdam::new));
    }

    @TestFactory
    Stream<DynamicTest> twoRanksDoWhatOneDoes() {
        return optimizers().stream()
                .map(optimizer -> dynamicTest(optimizer.getClass().getSimpleName(), () -> {
                    var used = UpdateKinds.of(optimizer, MODEL.parameters());
                    var ranks = new ThreadRanks(
                            "data=2", strategies(2), true); // else a sign may turn where a gradient is nearly 0
                    new OptimizerTrial(used, Offload.NONE, 2).requireThatOfOneRank(ranks);
                }));
    }
}
