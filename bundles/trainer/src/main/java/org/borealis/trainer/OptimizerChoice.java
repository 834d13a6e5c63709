package org.borealis.trainer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.borealis.model.Parameter;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Section;
import org.borealis.recipe.Section.Group;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.GroupedOptimizer;
import org.borealis.trainer.step.UpdateKinds;

/** The optimizer that a recipe chooses, with those of its groups. */
final class OptimizerChoice implements AutoCloseable {
    private static final String PLACE = Contract.OPTIMIZER.section();

    /** By their places in the recipe, that of the rest first. */
    private final Map<String, Choice<Optimizer>> choices = new LinkedHashMap<>();
    /** A run works on the services that it began with, until it notices that one has gone. */
    private final Map<String, Optimizer> services = new LinkedHashMap<>();

    private final List<String> matches;
    private final Optimizer optimizer;

    /** Opens the choice that a section makes. */
    interface Opening {
        /** @param place of the section in the recipe, such as {@code optimizer.groups.0} */
        Choice<Optimizer> open(String place, Section section);
    }

    /**
     * Opens them.
     *
     * @param parameters of the model
     */
    OptimizerChoice(Section section, List<Parameter> parameters, Opening opening) {
        matches = section.groups().stream().map(Group::match).toList();
        try {
            choices.put(PLACE, opening.open(PLACE, section));
            for (var group : section.groups()) {
                String place = PLACE + ".groups." + (choices.size() - 1);
                choices.put(place, opening.open(place, group.section()));
            }
            choices.forEach((place, choice) -> services.put(place, choice.service()));
            optimizer = with(Map.of(), parameters);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** What would update the parameters with others at some places. */
    Optimizer with(Map<String, Optimizer> others, List<Parameter> parameters) {
        var changed = new LinkedHashMap<>(services);
        changed.putAll(others);
        var rules = List.copyOf(changed.values());
        var groups = IntStream.range(0, matches.size())
                .mapToObj(i -> new GroupedOptimizer.Group(matches.get(i), rules.get(i + 1)))
                .toList();
        return UpdateKinds.of(GroupedOptimizer.of(rules.getFirst(), groups, parameters), parameters);
    }

    /** What updates the parameters, with what only the trainer makes of it; see {@link UpdateKinds}. */
    Optimizer optimizer() {
        return optimizer;
    }

    /** The choice with all its settings, defaults included. */
    Section section() {
        var sections = choices.values().stream().map(Choice::section).toList();
        return sections.getFirst()
                .with(IntStream.range(0, matches.size())
                        .mapToObj(i -> new Group(matches.get(i), sections.get(i + 1)))
                        .toList());
    }

    /** By their places in the recipe. */
    Map<String, Choice<Optimizer>> choices() {
        return choices;
    }

    @Override
    public void close() {
        choices.values().forEach(Choice::close);
        choices.clear();
    }
}
