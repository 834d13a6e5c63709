package org.borealis.recipes;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.borealis.recipe.Contract;

/** A catalogue without a container: two optimizers and two backends. */
final class FewPlugins implements Catalogue {
    static final Setting RATE = new Setting(
            "rate",
            Kind.DOUBLE,
            false,
            Optional.of(BigDecimal.ZERO),
            Optional.of(BigDecimal.TEN),
            List.of(),
            Optional.of(List.of("1e-3")),
            true,
            "Learning rate per step");

    private final Map<String, Schema> schemas = new TreeMap<>(Map.of(
            "optimizer.adamw",
            new Schema(
                    "optimizer 'adamw'",
                    "optimizer.",
                    List.of(
                            RATE,
                            setting("betas", Kind.DOUBLE, true, List.of(), "0.9", "0.95"),
                            setting("weightDecay", Kind.DOUBLE, false, List.of(), "0.1"))),
            "optimizer.sgd",
            new Schema(
                    "optimizer 'sgd'",
                    "optimizer.",
                    List.of(RATE, setting("nesterov", Kind.BOOLEAN, false, List.of(), "false"))),
            "backend.torch",
            new Schema("backend 'torch'", "backend.", List.of(setting("threads", Kind.INTEGER, false, List.of(), "0"))),
            "backend.reference",
            new Schema("backend 'reference'", "backend.", List.of()),
            "tokenizer.file",
            new Schema("tokenizer 'file'", "tokenizer.", List.of(setting("path", Kind.STRING, false, List.of()))),
            "model.gpt",
            new Schema(
                    "model 'gpt'",
                    "model.",
                    List.of(
                            setting("layers", Kind.INTEGER, false, List.of(), "4"),
                            setting("rotary", Kind.STRING, false, List.of("none", "yarn"), "none"),
                            setting("rotary.theta", Kind.DOUBLE, false, List.of(), "10000")))));

    /** A setting without range; without defaults it is required. */
    static Setting setting(String key, Kind kind, boolean isList, List<String> options, String... defaults) {
        Optional<List<String>> fallback = defaults.length == 0 ? Optional.empty() : Optional.of(List.of(defaults));
        return new Setting(key, kind, isList, Optional.empty(), Optional.empty(), options, fallback, true, "");
    }

    @Override
    public List<String> names(Contract<?> contract) {
        String prefix = contract.section() + ".";
        return schemas.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()))
                .toList();
    }

    @Override
    public Optional<Schema> schema(Contract<?> contract, String name) {
        return Optional.ofNullable(schemas.get(contract.section() + "." + name));
    }
}
