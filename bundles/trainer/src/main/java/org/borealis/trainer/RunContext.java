package org.borealis.trainer;

import org.borealis.recipe.RunSettings;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.progress.Display;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.run.RunFolder;

/**
 * What stays the same for as long as a run's process lives.
 *
 * @param again the command line that makes the run go on
 */
record RunContext(
        Engine engine,
        Engine.Extensions extensions,
        RunSettings settings,
        RunFolder folder,
        Display display,
        Ranks ranks,
        String again) {

    /** Paths of the recipe. */
    RecipePaths paths() {
        return new RecipePaths(folder.path());
    }
}
