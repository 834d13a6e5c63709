package org.borealis.trainer.fakes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Recipes;
import org.borealis.recipe.RunSettings;
import org.borealis.recipe.Section;
import org.borealis.testkit.Settings;

/** Recipes that are kept in memory; their text is a number. */
public final class FakeRecipes implements Recipes {
    private final List<Recipe> written = new ArrayList<>();

    /** A recipe of fake plug-ins with these settings; keys of plug-ins begin with their section. */
    public static Recipe of(Map<String, Object> settings) {
        var run = new LinkedHashMap<String, Object>();
        var recipe = new Recipe(run, Map.of());
        for (var contract : Contract.all()) {
            if (contract.equals(Contract.DECAY)) {
                continue; // most recipes have none
            }
            recipe = recipe.with(contract, new Section("fake", Map.of()));
        }
        for (var setting : settings.entrySet()) {
            var section = setting.getKey().replaceAll("\\..*", "");
            var contract = Contract.of(section);
            if (contract.isPresent()) {
                var changed = recipe.section(contract.get())
                        .with(setting.getKey().substring(section.length() + 1), setting.getValue());
                recipe = recipe.with(contract.get(), changed);
            } else {
                run.put(setting.getKey(), setting.getValue());
            }
        }
        return new Recipe(run, recipe.sections());
    }

    @Override
    public Recipe read(String pathOrName, List<String> overrides) {
        return parse(pathOrName, "", overrides);
    }

    @Override
    public Recipe parse(String yaml, String origin, List<String> overrides) {
        return written.get(Integer.parseInt(yaml));
    }

    @Override
    public String write(Recipe recipe) {
        written.add(recipe);
        return Integer.toString(written.size() - 1);
    }

    @Override
    public RunSettings settings(Recipe recipe) {
        return Settings.of(RunSettings.class, recipe.run());
    }
}
