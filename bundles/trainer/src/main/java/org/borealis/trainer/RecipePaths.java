package org.borealis.trainer;

import java.nio.file.Path;
import org.borealis.tensor.BorealisException;

/**
 * Paths as a recipe writes them, in which <code>${borealis.home}</code> is the installation and <code>${run}</code> the run's folder.
 *
 * @param run the folder; need not be there
 */
record RecipePaths(Path run) {

    Path path(String key, String written) {
        return Path.of(expanded(key, written));
    }

    String expanded(String key, String written) {
        var text = written.replace("${run}", run.toString());
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
