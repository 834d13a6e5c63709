package org.borealis.recipes;

import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Recipes;
import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Recipes in YAML files. */
@Component
public final class YamlRecipes implements Recipes {
    /** Property of the container: the folder of the shipped recipes, if they are not in the folder recipes of {@link #HOME}. */
    static final String FOLDER = "borealis.recipes";

    /** Property of the container: the folder of the distribution. */
    static final String HOME = "borealis.home";

    private static final Logger LOG = LoggerFactory.getLogger(YamlRecipes.class);

    private static final String RUN_PID = "org.borealis.run";

    private final RecipeFiles files;
    private final Catalogue catalogue;

    @Activate
    public YamlRecipes(BundleContext context, @Reference ServiceComponentRuntime components) {
        this(new RecipeFiles(shipped(context)), new InstalledPlugins(context, components));
    }

    private static Optional<Path> shipped(BundleContext context) {
        return Optional.ofNullable(context.getProperty(FOLDER))
                .map(Path::of)
                .or(() -> Optional.ofNullable(context.getProperty(HOME)).map(home -> Path.of(home, "recipes")));
    }

    YamlRecipes(RecipeFiles files, Catalogue catalogue) {
        this.files = files;
        this.catalogue = catalogue;
    }

    /** The declaration lies beside the class, wherever that was loaded from. */
    private static Schema runSchema() {
        URL document = RunSettings.class.getResource("/OSGI-INF/metatype/" + RunSettings.class.getName() + ".xml");
        return Optional.ofNullable(document)
                .flatMap(present -> Metatype.settings(present, RUN_PID))
                .map(settings -> new Schema("the run", "", settings))
                .orElseThrow(
                        () -> new BorealisException(
                                "recipe-settings",
                                "the declaration of the run's settings is not in the bundle org.borealis.recipe; build it again"));
    }

    @Override
    public Recipe read(String pathOrName, List<String> overrides) {
        var text = files.read(pathOrName);
        return parse(text.yaml(), text.origin(), overrides);
    }

    @Override
    public Recipe parse(String yaml, String origin, List<String> overrides) {
        // The declaration is read here and not once: the JDK's XML would take 0.1 s from the start of every command.
        var resolver = new Resolver(runSchema(), catalogue, LOG::info);
        return resolver.resolve(YamlReader.recipe(yaml, origin), overrides);
    }

    @Override
    public String write(Recipe recipe) {
        return RecipeWriter.write(recipe);
    }

    @Override
    public RunSettings settings(Recipe recipe) {
        return RunView.of(recipe.run());
    }
}
