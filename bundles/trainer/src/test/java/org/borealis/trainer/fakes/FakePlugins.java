package org.borealis.trainer.fakes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.borealis.recipe.Contract;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;

/** Plug-ins made by functions of their section. One that is absent comes when somebody waits for it. */
public final class FakePlugins implements Plugins {
    private static final String ORIGIN = "fake 1.0";

    /** By section, then by origin, the newest first. */
    private final Map<String, LinkedHashMap<String, Function<Section, Object>>> makers = new ConcurrentHashMap<>();

    private final AtomicBoolean isTakenAway = new AtomicBoolean();
    private boolean isGoneForGood;
    /** Sections that were waited for. */
    public final List<String> waits = new ArrayList<>();

    /** Installs a plug-in under the name {@code fake}, in place of any other. */
    public void install(Contract<?> contract, Function<Section, Object> maker) {
        replace(contract, ORIGIN, maker);
    }

    /** As {@link #install}, from a bundle of another version. */
    public void replace(Contract<?> contract, String origin, Function<Section, Object> maker) {
        makers.put(contract.section(), new LinkedHashMap<>(Map.of(origin, maker)));
    }

    /** Installs a newer version beside those that are there. */
    public void add(Contract<?> contract, String origin, Function<Section, Object> maker) {
        versions(contract).putFirst(origin, maker);
    }

    private LinkedHashMap<String, Function<Section, Object>> versions(Contract<?> contract) {
        return makers.computeIfAbsent(
                contract.section(), _ -> new LinkedHashMap<>(Map.of(ORIGIN, (Function<Section, Object>) _ -> "none")));
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
    public List<String> origins(Contract<?> contract, String name) {
        return isTakenAway.get() ? List.of() : List.copyOf(versions(contract).keySet());
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
        return open(contract, section, versions(contract).firstEntry().getKey());
    }

    @Override
    public <T> Choice<T> open(Contract<T> contract, Section section, String origin) {
        var maker = versions(contract).get(origin);
        if (maker == null) {
            throw new BorealisException("plugin-missing", section.name() + " of " + origin + " is not installed");
        }
        var made = contract.type().cast(maker.apply(section));
        return new Choice<>() {
            @Override
            public T service() {
                if (isTakenAway.get() || !versions(contract).containsKey(origin)) {
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
                return origin;
            }

            @Override
            public void close() {}
        };
    }
}
