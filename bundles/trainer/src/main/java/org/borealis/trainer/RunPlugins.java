package org.borealis.trainer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.borealis.data.Tokenizer;
import org.borealis.device.Backend;
import org.borealis.model.ModelFamily;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Recipe;
import org.borealis.tensor.BorealisException;
import org.borealis.train.Optimizer;
import org.borealis.train.RateSchedule;
import org.jspecify.annotations.Nullable;

/** The plug-ins of a run, opened, and its recipe with all that they filled in. */
final class RunPlugins implements AutoCloseable {
    private static final String VOCABULARY = "vocabulary";

    private final RunContext context;
    private final Duration patience;
    private final Map<Contract<?>, Choice<?>> open = new LinkedHashMap<>();
    /** A run works on the services that it began with, up to the step boundary at which it notices that one has gone. */
    private final Map<Contract<?>, Object> services = new HashMap<>();

    private @Nullable OptimizerChoice optimizer;
    private Recipe recipe;

    /** @param patience how long to wait for a plug-in that is not installed */
    RunPlugins(RunContext context, Recipe recipe, Duration patience) {
        this.context = context;
        this.recipe = recipe;
        this.patience = patience;
        try {
            this.recipe = recipe.with(
                    Contract.TOKENIZER, new Vocabulary(context).prepare(recipe.section(Contract.TOKENIZER)));
            open(Contract.TOKENIZER);
            fillVocabulary();
            open(Contract.MODEL);
            openOptimizer();
            open(Contract.SCHEDULE);
            if (recipe.sections().containsKey(Contract.DECAY.section())) {
                open(Contract.DECAY);
            }
            open(Contract.BACKEND);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T> void open(Contract<T> contract) {
        var choice = new PatientOpening(context, patience).open(contract, recipe.section(contract));
        open.put(contract, choice);
        services.put(contract, choice.service());
        recipe = recipe.with(contract, choice.section());
    }

    private void openOptimizer() {
        var opening = new PatientOpening(context, patience);
        optimizer = new OptimizerChoice(
                recipe.section(Contract.OPTIMIZER),
                model().parameters(),
                section -> opening.open(Contract.OPTIMIZER, section));
        recipe = recipe.with(Contract.OPTIMIZER, optimizer.section());
    }

    private void fillVocabulary() {
        var model = recipe.section(Contract.MODEL);
        int known = tokenizer().vocabularySize();
        long given = model.settings().get(VOCABULARY) instanceof Number number ? number.longValue() : 0;
        if (given == 0) {
            recipe = recipe.with(Contract.MODEL, model.with(VOCABULARY, Vocabulary.ofModel(known)));
        } else if (given < known) {
            throw new BorealisException(
                    "vocabulary-small",
                    "model.vocabulary is " + given + ", but tokenizer '"
                            + recipe.section(Contract.TOKENIZER).name() + "' has " + known
                            + " tokens; leave it out to take what the tokenizer needs");
        }
    }

    /** The recipe, complete. */
    Recipe recipe() {
        return recipe;
    }

    Tokenizer tokenizer() {
        return service(Contract.TOKENIZER);
    }

    ModelFamily model() {
        return service(Contract.MODEL);
    }

    Optimizer optimizer() {
        return optimizers().optimizer();
    }

    private OptimizerChoice optimizers() {
        return Objects.requireNonNull(optimizer, "not open yet");
    }

    RateSchedule schedule() {
        return service(Contract.SCHEDULE);
    }

    /** How weight decay changes, if it does. */
    Optional<RateSchedule> decay() {
        return Optional.ofNullable(services.get(Contract.DECAY)).map(RateSchedule.class::cast);
    }

    Backend backend() {
        return service(Contract.BACKEND);
    }

    private <T> T service(Contract<T> contract) {
        var service = services.get(contract);
        if (service == null) {
            throw new IllegalStateException(contract.section() + " is not open yet");
        }
        return contract.type().cast(service);
    }

    /** Plug-ins whose bundle has been stopped or removed since, such as {@code optimizer 'muon'}. */
    List<String> gone() {
        var gone = new ArrayList<String>();
        open.forEach((contract, choice) -> addIfGone(contract, choice, gone));
        optimizers().choices().forEach(choice -> addIfGone(Contract.OPTIMIZER, choice, gone));
        return gone;
    }

    private static void addIfGone(Contract<?> contract, Choice<?> choice, List<String> gone) {
        try {
            choice.service();
        } catch (BorealisException e) {
            gone.add(contract.section() + " '" + choice.section().name() + "'");
        }
    }

    /** Where each plug-in comes from, by section: the run's lineage. */
    Map<String, Object> origins() {
        var origins = new LinkedHashMap<String, Object>();
        open.forEach((contract, choice) -> origins.put(contract.section(), choice.origin()));
        origins.putAll(optimizers().origins());
        return origins;
    }

    @Override
    public void close() {
        open.values().forEach(Choice::close);
        open.clear();
        if (optimizer != null) {
            optimizer.close();
        }
    }
}
