package org.borealis.trainer;

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

    private final PatientOpening opening;
    private final Map<Contract<?>, Choice<?>> open = new LinkedHashMap<>();
    /** A run works on the services that it began with, up to the step boundary at which it notices that one has gone. */
    private final Map<Contract<?>, Object> services = new HashMap<>();

    private @Nullable OptimizerChoice optimizer;
    private Recipe recipe;

    /** A plug-in in use, at its place in the recipe, such as {@code optimizer.groups.0}. */
    record Use(String place, Contract<?> contract, Choice<?> choice) {
        /** What messages call it, such as {@code optimizer 'muon'}. */
        String label() {
            return contract.section() + " '" + choice.section().name() + "'";
        }

        /** Whether its bundle has been stopped or removed since. */
        boolean isGone() {
            try {
                choice.service();
                return false;
            } catch (BorealisException e) {
                return true;
            }
        }
    }

    RunPlugins(PatientOpening opening, Recipe recipe) {
        this.opening = opening;
        this.recipe = recipe;
        try {
            this.recipe = recipe.with(
                    Contract.TOKENIZER, new Vocabulary(opening.context()).prepare(recipe.section(Contract.TOKENIZER)));
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
        var choice = opening.open(contract, contract.section(), recipe.section(contract));
        open.put(contract, choice);
        services.put(contract, choice.service());
        recipe = recipe.with(contract, choice.section());
    }

    private void openOptimizer() {
        optimizer = new OptimizerChoice(
                recipe.section(Contract.OPTIMIZER),
                model().parameters(),
                (place, section) -> opening.open(Contract.OPTIMIZER, place, section));
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

    /** What would update a model's parameters with other optimizers at some places. */
    Optimizer optimizer(ModelFamily model, Map<String, Optimizer> others) {
        return optimizers().with(others, model.parameters());
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

    /** All of them. */
    List<Use> uses() {
        var uses = new ArrayList<Use>();
        open.forEach((contract, choice) -> uses.add(new Use(contract.section(), contract, choice)));
        optimizers().choices().forEach((place, choice) -> uses.add(new Use(place, Contract.OPTIMIZER, choice)));
        return uses;
    }

    /** Where each plug-in comes from, by its place in the recipe. */
    Map<String, String> origins() {
        var origins = new LinkedHashMap<String, String>();
        uses().forEach(use -> origins.put(use.place(), use.choice().origin()));
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
