package org.borealis.trainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.borealis.recipe.Recipe;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.model.ModelOpener;

/**
 * A run that is made a second time, by the plug-ins that its lineage names, to see whether its losses come out again.
 *
 * @param folder of the first run
 * @param steps of it, up to its newest checkpoint
 */
record Replay(Path folder, Recipe recipe, Lineage lineage, long steps) {
    private static final Pattern LOSS =
            Pattern.compile("^\\{\"event\":\"step\",\"step\":(\\d{1,18}),\"loss\":([^,}]+)[,}].*");

    static Replay of(Engine engine, Path folder) {
        try (var checkpoint = engine.checkpoints().open(folder)) {
            var lineage = Lineage.of(checkpoint.metadata());
            if (lineage.entries().isEmpty() || lineage.entries().getFirst().step() > 0) {
                throw new BorealisException(
                        "replay",
                        checkpoint.path()
                                + " does not say which plug-ins made its first steps, so they can't be replayed");
            }
            return new Replay(
                    folder,
                    ModelOpener.recipe(engine, checkpoint),
                    lineage,
                    Progress.of(checkpoint.metadata()).step());
        }
    }

    /** The name of the first run. */
    String name() {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    /** @throws BorealisException if the folder of the new run is that of the first */
    void requireOther(Path own) {
        if (own.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())) {
            throw new BorealisException(
                    "replay", "a run can't be replayed in its own folder " + folder + "; give another --set name=NAME");
        }
    }

    /** The plug-ins that make the step after so many. */
    PluginVersions versions(long step) {
        return new PluginVersions(lineage.at(step), true);
    }

    /** @throws BorealisException if it is not the recipe of the first run */
    void requireSameRecipe(Recipe other) {
        var differing = RecipeChange.between(recipe, other);
        if (!differing.refused().isEmpty()) {
            throw new BorealisException(
                    "replay",
                    folder + " was made by another recipe, so it can't be replayed; what differs: "
                            + String.join(", ", differing.refused()) + ". Leave RECIPE out to take its own");
        }
    }

    /**
     * Compares the losses.
     *
     * @param events of the run that was made just now
     * @return that they are the same
     * @throws BorealisException naming the first step that is not
     */
    String verdict(Path events) {
        var before = losses(folder.resolve("events.jsonl"));
        var now = losses(events);
        before.tailMap(steps, false).clear();
        for (var each : before.entrySet()) {
            var loss = now.getOrDefault(each.getKey(), "none");
            if (!loss.equals(each.getValue())) {
                throw new BorealisException(
                        "replay-differs",
                        "step " + each.getKey() + " has loss " + loss + ", and in " + folder + " it had "
                                + each.getValue() + "; the steps before it are the same. The lineage is "
                                + lineage.entries()
                                + "; other hardware, another backend or another number of threads sums in another order");
            }
        }
        return before.size() + " steps replayed: the losses are those of " + folder + ", bit for bit";
    }

    private static TreeMap<Long, String> losses(Path events) {
        try (var lines = Files.lines(events)) {
            var losses = new TreeMap<Long, String>();
            lines.map(LOSS::matcher)
                    .filter(java.util.regex.Matcher::matches)
                    .forEach(found -> losses.put(Long.valueOf(found.group(1)), found.group(2)));
            return losses;
        } catch (IOException | UncheckedIOException e) {
            throw new BorealisException("replay", events + " can't be read: " + e.getMessage(), e);
        }
    }
}
