package org.borealis.conformance;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.borealis.device.Backend;
import org.borealis.recipe.Contract;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;

/** Backends by name. */
record FakePlugins(Map<String, Backend> backends) implements Plugins {
    @Override
    public List<String> names(Contract<?> contract) {
        return backends.keySet().stream().sorted().toList();
    }

    @Override
    public List<DeclaredSetting> settings(long bundle, String component) {
        return List.of();
    }

    @Override
    public List<String> origins(Contract<?> contract, String name) {
        return names(contract).contains(name) ? List.of("fake 1.0") : List.of();
    }

    @Override
    public <T> Choice<T> open(Contract<T> contract, Section section, String origin) {
        return open(contract, section, Duration.ZERO);
    }

    @Override
    public <T> Choice<T> open(Contract<T> contract, Section section, Duration patience) {
        var backend = backends.get(section.name());
        if (backend == null) {
            throw new BorealisException("plugin-missing", "no backend '" + section.name() + "'");
        }
        var service = contract.type().cast(backend);
        return new Choice<>() {
            @Override
            public T service() {
                return service;
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
