package org.borealis.trainer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
    private final List<Choice<Optimizer>> choices = new ArrayList<>();
    private final List<String> matches;
    private final Optimizer optimizer;

    /**
     * Opens them.
     *
     * @param parameters of the model
     */
    OptimizerChoice(Section section, List<Parameter> parameters, Function<Section, Choice<Optimizer>> open) {
        matches = section.groups().stream().map(Group::match).toList();
        try {
            Stream.concat(Stream.of(section), section.groups().stream().map(Group::section))
                    .map(open)
                    .forEach(choices::add);
            // a run works on the services that it began with, until it notices that one has gone
            var groups = IntStream.range(0, matches.size())
                    .mapToObj(i -> new GroupedOptimizer.Group(
                            matches.get(i), choices.get(i + 1).service()))
                    .toList();
            var grouped = GroupedOptimizer.of(choices.getFirst().service(), groups, parameters);
            optimizer = UpdateKinds.of(grouped, parameters);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** What updates the parameters, with what only the trainer makes of it; see {@link UpdateKinds}. */
    Optimizer optimizer() {
        return optimizer;
    }

    /** The choice with all its settings, defaults included. */
    Section section() {
        return choices.getFirst()
                .section()
                .with(IntStream.range(0, matches.size())
                        .mapToObj(i ->
                                new Group(matches.get(i), choices.get(i + 1).section()))
                        .toList());
    }

    List<Choice<Optimizer>> choices() {
        return choices;
    }

    /** Where they come from, by their places in a recipe. */
    Map<String, String> origins() {
        var origins = new LinkedHashMap<String, String>();
        String section = Contract.OPTIMIZER.section();
        for (int i = 0; i < choices.size(); i++) {
            origins.put(
                    i == 0 ? section : section + ".groups." + (i - 1),
                    choices.get(i).origin());
        }
        return origins;
    }

    @Override
    public void close() {
        choices.forEach(Choice::close);
        choices.clear();
    }
}
