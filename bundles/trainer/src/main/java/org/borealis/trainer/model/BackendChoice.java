package org.borealis.trainer.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.device.Backend;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;

/** Which backend runs a model when no recipe says so. */
public final class BackendChoice {
    /** System property by which a distribution says which backend it prefers. */
    private static final String PREFERRED = "borealis.backend";

    private BackendChoice() {}

    /**
     * Opens the backend that was asked for; else the one that the model was trained with; else the one that this distribution prefers.
     *
     * @param named by the user; empty if none was
     */
    public static Choice<Backend> open(Plugins plugins, String named, Optional<Section> trainedWith) {
        if (!named.isEmpty()) {
            return plugins.open(Contract.BACKEND, new Section(named, Map.of()), Duration.ZERO);
        }
        var installed = plugins.names(Contract.BACKEND);
        var section = trainedWith
                .filter(s -> installed.contains(s.name()))
                .orElseGet(() -> new Section(preferred(installed), Map.of()));
        return plugins.open(Contract.BACKEND, section, Duration.ZERO);
    }

    private static String preferred(List<String> installed) {
        var preferred = System.getProperty(PREFERRED, "");
        if (installed.contains(preferred)) {
            return preferred;
        }
        if (installed.size() == 1) {
            return installed.get(0);
        }
        throw new BorealisException(
                "backend-choice",
                installed.isEmpty()
                        ? "no backend is installed: drop one's bundle into plugins/"
                        : "say with --backend which backend is to run the model; installed are "
                                + String.join(", ", installed));
    }
}
