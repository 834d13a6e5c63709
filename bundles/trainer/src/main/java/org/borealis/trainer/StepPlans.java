package org.borealis.trainer;

import org.borealis.device.Rematerialisation;
import org.borealis.recipe.RunSettings;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Offload;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;

/** How the recipe has a step made. */
final class StepPlans {
    private StepPlans() {}

    static StepPlan of(RunSettings settings, Ranks ranks) {
        return new StepPlan(
                        BatchSizes.micro(settings, ranks.batches()),
                        BatchSizes.perRank(settings, ranks.batches()),
                        Precision.of(settings),
                        rematerialisation(settings),
                        ranks,
                        Offload.of(settings))
                .from(BatchRamp.of(settings, ranks).fewest());
    }

    /** As the recipe has it, but for these two. */
    static StepPlan of(RunSettings settings, Ranks ranks, int rows, Rematerialisation rematerialisation) {
        return new StepPlan(
                rows,
                Math.max(1, settings.batch_sequences() / rows / ranks.batches()),
                Precision.of(settings),
                rematerialisation,
                ranks,
                Offload.of(settings));
    }

    static Rematerialisation rematerialisation(RunSettings settings) {
        if (settings.rematerialise_every() > 0) {
            return new Rematerialisation.Every(settings.rematerialise_every());
        }
        return switch (settings.rematerialise()) {
            case "full" -> new Rematerialisation.Every(1);
            case "selective" -> new Rematerialisation.Selective();
            default -> new Rematerialisation.None();
        };
    }
}
