package org.borealis.recipes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Section;
import org.borealis.recipe.Section.Group;

/**
 * Turns flattened keys into a checked recipe.
 *
 * @param run the settings that belong to no plug-in
 * @param remarks told what is left out on the way
 */
record Resolver(Schema run, Catalogue catalogue, Consumer<String> remarks) {
    private static final String CLIP = "clip";

    /** The recipe as written in a file, and as it is after the overrides. */
    private record Keys(Map<String, Given> written, Map<String, Given> wanted) {}

    Recipe resolve(Map<String, Given> written, List<String> overrides) {
        var keys = new Keys(written, Overrides.apply(written, overrides));
        var problems = new Problems();
        Map<String, Object> settings = run.complete(oneSpelling(runKeys(keys.wanted(), problems), problems), problems);
        boolean waits = "wait".equals(settings.get("missing"));
        var sections = new LinkedHashMap<String, Section>();
        for (Contract<?> contract : Contract.all()) {
            section(contract, keys, waits, problems).ifPresent(section -> sections.put(contract.section(), section));
        }
        problems.stopIfAny();
        return new Recipe(settings, sections);
    }

    private static String head(String key) {
        int dot = key.indexOf('.');
        return dot < 0 ? key : key.substring(0, dot);
    }

    /** Keys that belong to no plug-in and are known; the others are problems. */
    private Map<String, Given> runKeys(Map<String, Given> wanted, Problems problems) {
        var known = new LinkedHashMap<String, Given>();
        var heads = heads();
        var reported = new HashSet<String>();
        wanted.forEach((key, given) -> {
            if (run.setting(key).isPresent()) {
                known.put(key, given);
            } else if (!heads.contains(head(key))) {
                if (reported.add(head(key))) {
                    problems.add("recipe-key", unknownHead(head(key), given, heads));
                }
            } else if (Contract.of(head(key)).isEmpty() && !isEmptySection(key, given)) {
                problems.add("recipe-key", unknownKey(key, given));
            }
        });
        return known;
    }

    /**
     * Of a setting that is a word or a section, such as {@code rematerialise}, what the command line says replaces what the file says,
     * however each spells it.
     */
    private Map<String, Given> oneSpelling(Map<String, Given> given, Problems problems) {
        var kept = new LinkedHashMap<>(given);
        given.forEach((key, deeper) -> {
            Given word = key.contains(".") ? given.get(head(key)) : null;
            if (word == null) {
                return;
            }
            if (word.isOverride() != deeper.isOverride()) {
                kept.remove(word.isOverride() ? key : head(key));
            } else if (says(head(key), word) && says(key, deeper)) {
                problems.add(
                        "recipe-value",
                        deeper.origin() + ": '" + key + "' is '" + deeper.text() + "', but '" + head(key) + "' is '"
                                + word.text() + "' (" + word.origin() + "); give one of the two");
            }
        });
        return kept;
    }

    /** Whether it is more than the default. */
    private boolean says(String key, Given given) {
        return run.setting(key)
                .filter(setting -> !setting.read(given).equals(setting.defaultValue()))
                .isPresent();
    }

    private TreeSet<String> heads() {
        var heads = new TreeSet<String>();
        run.keys().forEach(key -> heads.add(head(key)));
        Contract.all().forEach(contract -> heads.add(contract.section()));
        return heads;
    }

    /** A section whose lines are all comments. */
    private boolean isEmptySection(String key, Given given) {
        return given.isNothing() && run.keys().stream().anyMatch(legal -> legal.startsWith(key + "."));
    }

    private static String unknownHead(String head, Given given, TreeSet<String> heads) {
        String hint = Spelling.hint(head, heads);
        return given.origin() + ": a recipe has no key '" + head + "'" + (hint.isEmpty() ? ". " : hint + " ")
                + "Its keys: " + String.join(", ", heads) + ".";
    }

    private String unknownKey(String key, Given given) {
        var legal = run.keys().stream()
                .filter(candidate -> head(candidate).equals(head(key)))
                .toList();
        String hint = Spelling.hint(key, legal);
        return given.origin() + ": a recipe has no key '" + key + "'" + (hint.isEmpty() ? ". " : hint + " ")
                + "Keys of '" + head(key) + "': " + String.join(", ", legal) + ".";
    }

    private Optional<Section> section(Contract<?> contract, Keys keys, boolean waits, Problems problems) {
        String prefix = contract.section() + ".";
        var given = new LinkedHashMap<String, Given>();
        keys.wanted().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                given.put(key.substring(prefix.length()), value);
            }
        });
        if (given.isEmpty()) {
            return Optional.empty();
        }
        Given name = given.remove(contract.nameKey());
        if (name == null || name.isList() || name.isNothing()) {
            String origin = name == null ? given.values().iterator().next().origin() : name.origin();
            problems.add("recipe-section", unnamed(contract, origin));
            return Optional.empty();
        }
        String plugin = name.words().getFirst().text();
        var groups =
                contract.equals(Contract.OPTIMIZER) ? Groups.take(given) : new TreeMap<Integer, Map<String, Given>>();
        boolean isReplaced = Optional.ofNullable(keys.written().get(prefix + contract.nameKey()))
                .filter(former -> !former.text().equals(plugin))
                .isPresent();
        var choice = new Choice(contract, waits, problems);
        var section = section(choice, plugin, name.origin(), given, isReplaced);
        var chosen = new ArrayList<Group>();
        groups.forEach(
                (number, own) -> group(choice, plugin, number, given, own).ifPresent(chosen::add));
        return Optional.of(section.with(chosen));
    }

    /** What sections of one contract have in common. */
    private record Choice(Contract<?> contract, boolean waits, Problems problems) {}

    private Section section(Choice choice, String plugin, String origin, Map<String, Given> given, boolean isReplaced) {
        Optional<Schema> schema = catalogue.schema(choice.contract(), plugin);
        if (schema.isPresent()) {
            var meant = isReplaced ? withoutForeign(choice.contract(), schema.get(), given) : given;
            return new Section(plugin, schema.get().complete(meant, choice.problems()));
        }
        if (!choice.waits()) {
            choice.problems()
                    .add(
                            "plugin-missing",
                            origin + ": " + catalogue.missing(choice.contract(), plugin)
                                    + ", or let the run wait for it with 'missing: wait'.");
        }
        var meant = isReplaced ? ofCommandLine(choice.contract(), plugin, given) : given;
        return new Section(plugin, unchecked(choice.contract().section() + ".", meant, choice.problems()));
    }

    /** A group has the settings of the section around it, unless it names another plug-in. */
    private Optional<Group> group(
            Choice choice, String plugin, int number, Map<String, Given> around, Map<String, Given> given) {
        String key = choice.contract().section() + ".groups." + number;
        String origin = given.values().iterator().next().origin();
        Given match = given.remove(Groups.MATCH);
        if (match == null || match.isList() || match.isNothing()) {
            choice.problems()
                    .add(
                            "recipe-section",
                            origin + ": '" + key
                                    + "' must say which parameters it is for, as in {match: \"*.norm.*\"}");
            return Optional.empty();
        }
        Given clip = given.get(CLIP);
        if (clip != null) {
            choice.problems()
                    .add(
                            "recipe-value",
                            clip.origin() + ": '" + key + "." + CLIP
                                    + "' can't be given, for the gradient is clipped as a whole;" + " give '"
                                    + choice.contract().section() + "." + CLIP + "'");
        }
        Given name = given.remove(choice.contract().nameKey());
        String own = name == null ? plugin : name.text();
        var settings = new LinkedHashMap<String, Given>();
        if (own.equals(plugin)) {
            settings.putAll(around);
        }
        settings.putAll(given);
        return Optional.of(new Group(match.text(), section(choice, own, origin, settings, false)));
    }

    private String unnamed(Contract<?> contract, String origin) {
        return origin + ": the section '" + contract.section() + "' must say which one to use, as in '"
                + contract.section() + ": {" + contract.nameKey() + ": NAME}'. Installed: "
                + String.join(", ", catalogue.names(contract)) + ".";
    }

    /**
     * Without the settings that the file gave to the plug-in that the command line replaced and that this one does not have, or has for
     * itself: rates, betas and decays of optimizers are not each other's. One override changes the optimizer of a shipped recipe.
     */
    private Map<String, Given> withoutForeign(Contract<?> contract, Schema schema, Map<String, Given> given) {
        var kept = new LinkedHashMap<>(given);
        var dropped = new ArrayList<String>();
        given.forEach((key, value) -> {
            boolean isShared = !contract.equals(Contract.OPTIMIZER) || key.equals(CLIP);
            if (!value.isOverride() && !(isShared && schema.setting(key).isPresent())) {
                kept.remove(key);
                dropped.add(key);
            }
        });
        if (!dropped.isEmpty()) {
            remarks.accept(schema.owner() + " takes the place of another; left out what the recipe says about that: "
                    + String.join(", ", dropped));
        }
        return kept;
    }

    /** What the command line says: nobody knows yet which settings the plug-in shares with the one that it replaces. */
    private Map<String, Given> ofCommandLine(Contract<?> contract, String plugin, Map<String, Given> given) {
        var kept = new LinkedHashMap<>(given);
        kept.values().removeIf(value -> !value.isOverride());
        if (kept.size() < given.size()) {
            remarks.accept(contract.section() + " '" + plugin + "' is not here yet; left out what the recipe says about"
                    + " the one that it replaces");
        }
        return kept;
    }

    private static Map<String, Object> unchecked(String prefix, Map<String, Given> given, Problems problems) {
        var raw = new LinkedHashMap<String, Object>();
        given.forEach((key, value) -> {
            if (value.words().stream().anyMatch(Word::isNothing)) {
                problems.add(
                        "recipe-value",
                        value.origin() + ": '" + prefix + key + "' has no value; give one or remove the line");
            } else {
                raw.put(key, value.raw());
            }
        });
        return raw;
    }
}
