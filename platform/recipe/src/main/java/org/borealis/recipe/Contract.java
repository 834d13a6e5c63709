package org.borealis.recipe;

import java.util.List;
import java.util.Optional;
import org.borealis.data.Tokenizer;
import org.borealis.device.Backend;
import org.borealis.model.ModelFamily;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.train.Optimizer;
import org.borealis.train.RateSchedule;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A kind of plug-in that a recipe chooses.
 *
 * @param section the recipe's key, such as {@code optimizer}
 * @param property service property that holds the plug-in's name; its last word is the name's key in the recipe
 */
@ProviderType
public record Contract<T>(String section, Class<T> type, String property) {
    /** Chooses what runs the programs. */
    public static final Contract<Backend> BACKEND = new Contract<>("backend", Backend.class, Backend.NAME);
    /** Chooses the model. */
    public static final Contract<ModelFamily> MODEL = new Contract<>("model", ModelFamily.class, ModelFamily.NAME);
    /** Chooses how text becomes tokens. */
    public static final Contract<Tokenizer> TOKENIZER = new Contract<>("tokenizer", Tokenizer.class, Tokenizer.NAME);
    /** Chooses the optimizer. */
    public static final Contract<Optimizer> OPTIMIZER = new Contract<>("optimizer", Optimizer.class, Optimizer.NAME);
    /** Chooses the learning-rate schedule. */
    public static final Contract<RateSchedule> SCHEDULE =
            new Contract<>("schedule", RateSchedule.class, RateSchedule.NAME);

    /** Chooses how weight decay changes; without this section it stays as it is. */
    public static final Contract<RateSchedule> DECAY = new Contract<>("decay", RateSchedule.class, RateSchedule.NAME);

    /** Chooses by what ranks talk to each other. */
    public static final Contract<Collectives> COLLECTIVES =
            new Contract<>("collectives", Collectives.class, Collectives.NAME);

    /** Says how an axis of the mesh spreads a run. No section of a recipe names it: the axis does. */
    public static final Contract<ParallelStrategy> STRATEGY =
            new Contract<>("parallel", ParallelStrategy.class, ParallelStrategy.AXIS);

    /** In which order the stages of a pipeline compute. No section of a recipe names it: the settings of the mesh do. */
    public static final Contract<PipelineSchedule> PIPELINE =
            new Contract<>("pipeline", PipelineSchedule.class, PipelineSchedule.NAME);

    /** The key that holds the name in a recipe's section: {@code name}, or {@code family} for a model. */
    public String nameKey() {
        return property.substring(property.lastIndexOf('.') + 1);
    }

    /** Every kind of plug-in that a recipe chooses. */
    public static List<Contract<?>> all() {
        return List.of(BACKEND, MODEL, TOKENIZER, OPTIMIZER, SCHEDULE, DECAY, COLLECTIVES);
    }

    /** The contract of a recipe's section. */
    public static Optional<Contract<?>> of(String section) {
        return all().stream().filter(c -> c.section().equals(section)).findFirst();
    }
}
