package org.borealis.benchmarks.optimizers;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.borealis.benchmarks.Borealis;
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
import org.borealis.parallel.LogicalDim;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.GroupedOptimizer;

/** Optimizers that ship, by what recipes call them, with the settings that they begin with. */
final class KnownOptimizers {
    private KnownOptimizers() {}

    private static <T> Optimizer with(Class<T> settings, Function<T, Optimizer> optimizer, Object... values) {
        var given = new HashMap<String, Object>();
        for (int i = 0; i < values.length; i += 2) {
            given.put((String) values[i], values[i + 1]);
        }
        return optimizer.apply(Settings.of(settings, given));
    }

    /** Those that look at no matrix. */
    static Map<String, Optimizer> ofElements() {
        var all = new LinkedHashMap<String, Optimizer>();
        all.put("sgd, momentum 0.9", with(Sgd.Config.class, Sgd::new, "momentum", 0.9));
        all.put("adam", with(Adam.Config.class, Adam::new));
        all.put("adamw", with(AdamW.Config.class, AdamW::new));
        all.put("adamw, amsgrad", with(AdamW.Config.class, AdamW::new, "amsgrad", true));
        all.put("adamax", with(Adamax.Config.class, Adamax::new));
        all.put("nadam", with(NAdam.Config.class, NAdam::new));
        all.put("radam", with(RAdam.Config.class, RAdam::new));
        all.put("adan", with(Adan.Config.class, Adan::new));
        all.put("adopt", with(Adopt.Config.class, Adopt::new));
        all.put("ademamix", with(AdEMAMix.Config.class, AdEMAMix::new));
        all.put("cautious-adamw", with(CautiousAdamW.Config.class, CautiousAdamW::new));
        all.put("adam-mini", with(AdamMini.Config.class, AdamMini::new));
        all.put("adamw-8bit", with(AdamW8Bit.Config.class, AdamW8Bit::new));
        all.put("adagrad", with(Adagrad.Config.class, Adagrad::new));
        all.put("adadelta", with(Adadelta.Config.class, Adadelta::new));
        all.put("rmsprop", with(RmsProp.Config.class, RmsProp::new));
        all.put("adafactor", with(Adafactor.Config.class, Adafactor::new));
        all.put("came", with(Came.Config.class, Came::new));
        all.put("lion", with(Lion.Config.class, Lion::new));
        all.put("cautious-lion", with(CautiousLion.Config.class, CautiousLion::new));
        all.put("sophia", with(Sophia.Config.class, Sophia::new));
        all.put("lars", with(Lars.Config.class, Lars::new));
        all.put("lamb", with(Lamb.Config.class, Lamb::new));
        all.put("mars", with(Mars.Config.class, Mars::new));
        all.put("schedule-free-sgd", with(ScheduleFreeSgd.Config.class, ScheduleFreeSgd::new));
        all.put("schedule-free-adamw", with(ScheduleFreeAdamW.Config.class, ScheduleFreeAdamW::new));
        all.put("schedule-free-radam", with(ScheduleFreeRAdam.Config.class, ScheduleFreeRAdam::new));
        all.put("prodigy", with(Prodigy.Config.class, Prodigy::new));
        all.put("d-adaptation-adam", with(DAdaptationAdam.Config.class, DAdaptationAdam::new));
        return all;
    }

    /** Those that do, behind what they are compared with; plain Shampoo leaves tables to AdamW. */
    static Map<String, Optimizer> ofMatrices(List<Parameter> parameters) {
        var all = new LinkedHashMap<String, Optimizer>();
        all.put("adamw", Borealis.optimizer());
        all.put("muon", with(Muon.Config.class, Muon::new));
        all.put("muon, bfloat16", with(Muon.Config.class, Muon::new, "precision", "bfloat16"));
        all.put("mars, shampoo", with(Mars.Config.class, Mars::new, "variant", "shampoo"));
        all.put("galore", with(GaLore.Config.class, GaLore::new));
        all.put("apollo", with(Apollo.Config.class, Apollo::new));
        all.put("soap", with(Soap.Config.class, Soap::new));
        all.put("distributed-shampoo", with(DistributedShampoo.Config.class, DistributedShampoo::new));
        var tables = parameters.stream()
                .filter(p -> p.dims().contains(LogicalDim.VOCABULARY))
                .map(p -> new GroupedOptimizer.Group(p.name(), Borealis.optimizer()))
                .toList();
        all.put(
                "shampoo, every 20",
                GroupedOptimizer.of(with(Shampoo.Config.class, Shampoo::new, "every", 20), tables, parameters));
        return all;
    }
}
