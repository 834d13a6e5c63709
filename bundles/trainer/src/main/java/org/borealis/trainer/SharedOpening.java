package org.borealis.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.borealis.recipe.Recipe;
import org.borealis.tensor.BorealisException;

/** Opens the plug-ins of a run on all ranks, and sees to it that all have the same builds of them. */
record SharedOpening(RunContext context, Recipe recipe) {
    /** Bundles that are updated everywhere are the same again in less than this. */
    private static final Duration UPDATE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(200);

    /**
     * Opens them.
     *
     * @param patience how long to wait for one that is not installed
     * @throws BorealisException on all ranks, if two have different builds
     */
    RunPlugins open(Duration patience, PluginVersions versions) {
        var opening = new PatientOpening(context, patience, versions);
        var longest = patience.compareTo(UPDATE) < 0 ? patience : UPDATE;
        long end = System.nanoTime() + longest.toNanos();
        while (true) {
            var plugins = open(opening);
            Optional<String> difference;
            boolean isOver;
            try {
                difference = difference(plugins);
                isOver = difference.isPresent() && context.ranks().greatest(System.nanoTime() > end ? 1 : 0) > 0;
            } catch (RuntimeException e) {
                plugins.close();
                throw e;
            }
            if (difference.isEmpty()) {
                return plugins;
            }
            plugins.close();
            if (isOver) {
                throw new BorealisException(
                        "plugins-differ",
                        difference.get() + "; put the same build into the plug-in folders of all ranks");
            }
            pause();
        }
    }

    /** The first rank makes the vocabulary, if it is not there yet; the others find it. */
    private RunPlugins open(PatientOpening opening) {
        var ranks = context.ranks();
        if (!ranks.isFirst()) {
            ranks.meet();
        }
        var plugins = new RunPlugins(opening, recipe);
        if (ranks.isFirst()) {
            ranks.meet();
        }
        return plugins;
    }

    /** Tells all ranks the same. */
    private Optional<String> difference(RunPlugins plugins) {
        var own = plugins.origins().entrySet().stream()
                .map(origin -> origin.getKey() + " of " + origin.getValue())
                .collect(Collectors.joining("\n"));
        var said = context.ranks().exchange(own.getBytes(UTF_8)).stream()
                .map(each -> List.of(new String(each, UTF_8).split("\n")))
                .toList();
        for (int rank = 1; rank < said.size(); rank++) {
            for (int i = 0; i < said.getFirst().size(); i++) {
                var first = said.getFirst().get(i);
                var other = said.get(rank).get(i);
                if (!first.equals(other)) {
                    return Optional.of("rank 0 has " + first + ", and rank " + rank + " has " + other);
                }
            }
        }
        return Optional.empty();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BorealisException(
                    "interrupted", "stopped while waiting for the ranks to have the same plug-ins", e);
        }
    }
}
