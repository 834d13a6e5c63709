package org.borealis.trainer;

import java.nio.file.Path;
import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.progress.Display;
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
        String again) {

    /** A path of the recipe, in which <code>${borealis.home}</code> is the installation and <code>${run}</code> the run's folder. */
    Path path(String key, String written) {
        return Path.of(expanded(key, written));
    }

    String expanded(String key, String written) {
        var text = written.replace("${run}", folder.path().toString());
        var home = System.getProperty("borealis.home");
        if (home != null) {
            text = text.replace("${borealis.home}", home);
        }
        if (text.contains("${")) {
            throw new BorealisException(
                    "path-variable",
                    key + ": '" + written + "' holds a variable that has no value here; known are ${run}"
                            + (home == null ? "" : " and ${borealis.home}"));
        }
        return text;
    }
}
