package org.borealis.trainer.fakes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.borealis.recipe.Contract;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;

/** Plug-ins made by functions of their section. One that is absent comes when somebody waits for it. */
public final class FakePlugins implements Plugins {
    private final Map<String, Function<Section, Object>> makers = new HashMap<>();
    private final AtomicBoolean isTakenAway = new AtomicBoolean();
    private boolean isGoneForGood;
    /** Sections that were waited for. */
    public final List<String> waits = new ArrayList<>();

    /** Installs a plug-in under the name {@code fake}. */
    public void install(Contract<?> contract, Function<Section, Object> maker) {
        makers.put(contract.section(), maker);
    }

    /** As {@link #takeAway}, and whoever waits is interrupted. */
    public void takeAwayForGood() {
        isGoneForGood = true;
        takeAway();
    }

    /** Stops the bundles of all that is open. */
    public void takeAway() {
        isTakenAway.set(true);
    }

    @Override
    public List<String> names(Contract<?> contract) {
        return isTakenAway.get() ? List.of() : List.of("fake");
    }

    @Override
    public List<DeclaredSetting> settings(long bundle, String component) {
        return List.of();
    }

    @Override
    public <T> Choice<T> open(Contract<T> contract, Section section, Duration patience) {
        if (isTakenAway.get()) {
            if (patience.isZero()) {
                throw new BorealisException("plugin-missing", section.name() + " is not installed");
            }
            if (isGoneForGood) {
                throw new BorealisException("interrupted", "stopped while waiting for a plug-in");
            }
            waits.add(contract.section());
            isTakenAway.set(false);
        }
        var made = contract.type()
                .cast(makers.getOrDefault(contract.section(), s -> "none").apply(section));
        return new Choice<>() {
            @Override
            public T service() {
                if (isTakenAway.get()) {
                    throw new BorealisException("plugin-gone", section.name() + " is gone");
                }
                return made;
            }

            @Override
            public Section section() {
                return section;
            }

            @Override
            public String origin() {
                return "fake 1.0";
            }

            @Override
            public void close() {}
        };
    }
}
