package org.borealis.recipes;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML into flattened keys with their places. It takes sections, plain values, and lists of either: no anchors, tags or
 * second documents, for a recipe needs none and hostile files do.
 */
final class YamlReader {
    /** The largest shipped recipe has two kilobytes. */
    static final int MOST_CHARACTERS = 1 << 20;

    private static final int DEEPEST = 16;

    private final Iterator<Event> events;
    private final String origin;
    private final boolean isFile;
    private final Map<String, Given> read = new LinkedHashMap<>();

    private YamlReader(String yaml, String origin, boolean isFile) {
        if (yaml.length() > MOST_CHARACTERS) {
            throw new BorealisException(
                    "recipe-size", origin + " is too long for a recipe: at most " + MOST_CHARACTERS + " characters");
        }
        var settings = LoadSettings.builder()
                .setLabel(origin)
                .setCodePointLimit(MOST_CHARACTERS)
                .build();
        this.events = new Parse(settings).parseString(yaml).iterator();
        this.origin = origin;
        this.isFile = isFile;
    }

    /** All of a recipe's keys. */
    static Map<String, Given> recipe(String yaml, String origin) {
        var reader = new YamlReader(yaml, origin, true);
        return reader.guarded(() -> {
            Event first = reader.open();
            if (first instanceof MappingStartEvent mapping) {
                reader.mapping("", mapping, 1);
            } else if (!isEmpty(first)) {
                throw reader.wrong(first, "a recipe is made of lines 'key: value'");
            }
            reader.end();
        });
    }

    /** The keys that an override such as {@code optimizer={name: sgd}} gives. */
    static Map<String, Given> value(String key, String yaml, String origin) {
        var reader = new YamlReader(yaml, origin, false);
        return reader.guarded(() -> {
            reader.node(key, reader.open(), 1);
            reader.end();
        });
    }

    private Map<String, Given> guarded(Runnable reading) {
        try {
            reading.run();
            return read;
        } catch (MarkedYamlEngineException e) {
            String place = e.getProblemMark().map(mark -> place(mark.getLine())).orElse(origin);
            throw new BorealisException("recipe-syntax", place + ": not YAML: " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new BorealisException("recipe-syntax", origin + ": not YAML: " + firstLine(e), e);
        }
    }

    /** Passes the starts of stream and document; gives the first event of the content. */
    private Event open() {
        events.next();
        Event start = events.next();
        return start.getEventId() == Event.ID.StreamEnd ? start : events.next();
    }

    private void end() {
        while (events.hasNext()) {
            Event event = events.next();
            if (event.getEventId() == Event.ID.DocumentStart) {
                throw wrong(event, "a recipe is one document; remove the '---' line in its middle");
            }
        }
    }

    private void mapping(String prefix, MappingStartEvent start, int depth) {
        plainNode(start, start.getTag());
        if (depth > DEEPEST) {
            throw wrong(start, "sections are nested more than " + DEEPEST + " deep");
        }
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            node(prefix + key(event), events.next(), depth);
        }
    }

    private String key(Event event) {
        if (!(event instanceof ScalarEvent key)) {
            throw wrong(event, "a key must be a plain word");
        }
        plainNode(key, key.getTag());
        String text = key.getValue();
        if (text.length() > 200
                || text.isBlank()
                || text.startsWith(".")
                || text.endsWith(".")
                || text.contains("..")) {
            throw wrong(event, "a key must be a word, or words joined by dots");
        }
        return text;
    }

    private void node(String key, Event value, int depth) {
        switch (value) {
            case ScalarEvent scalar -> put(key, scalar, List.of(word(scalar)), false);
            case SequenceStartEvent list -> list(key, list, depth);
            case MappingStartEvent section -> mapping(key + ".", section, depth + 1);
            default ->
                throw wrong(
                        value, "'" + key + "' has no value that can be read; aliases (*name) are not used in recipes");
        }
    }

    private Word word(ScalarEvent scalar) {
        plainNode(scalar, scalar.getTag());
        return scalar.isPlain() ? Word.plain(scalar.getValue()) : Word.quoted(scalar.getValue());
    }

    /** Plain values are one list; sections are keys with their numbers, such as {@code groups.0.match}. */
    private void list(String key, SequenceStartEvent start, int depth) {
        plainNode(start, start.getTag());
        var words = new ArrayList<Word>();
        int sections = 0;
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            if (event instanceof ScalarEvent scalar && sections == 0) {
                words.add(word(scalar));
            } else if (event instanceof MappingStartEvent section && words.isEmpty()) {
                mapping(key + "." + sections++ + ".", section, depth + 1);
            } else {
                throw wrong(event, "the list '" + key + "' must hold plain values, or sections and nothing else");
            }
        }
        if (sections == 0) {
            put(key, start, words, true);
        }
    }

    private void put(String written, Event at, List<Word> words, boolean isList) {
        // A plain word in place of a section is the plug-in's name.
        String key = Contract.of(written)
                .map(contract -> written + "." + contract.nameKey())
                .orElse(written);
        Given earlier = read.put(key, new Given(words, isList, place(at), !isFile));
        if (earlier != null) {
            throw new BorealisException(
                    "recipe-duplicate",
                    place(at) + ": '" + key + "' is given twice, first at " + earlier.origin() + "; remove one");
        }
    }

    private void plainNode(NodeEvent node, Optional<String> tag) {
        if (node.getAnchor().isPresent()) {
            throw wrong(node, "anchors (&name) are not used in recipes; write the value where it belongs");
        }
        // A quoted scalar carries the tag "!", which means text.
        if (tag.isPresent() && !tag.get().equals("!")) {
            throw wrong(node, "tags (" + tag.get() + ") are not used in recipes; write the plain value");
        }
    }

    private static boolean isEmpty(Event first) {
        return first instanceof ScalarEvent scalar && scalar.getValue().isEmpty()
                || !(first instanceof CollectionStartEvent) && !(first instanceof NodeEvent);
    }

    private BorealisException wrong(Event event, String sentence) {
        return new BorealisException("recipe-syntax", place(event) + ": " + sentence);
    }

    private String place(Event event) {
        return event.getStartMark().map(mark -> place(mark.getLine())).orElse(origin);
    }

    private String place(int line) {
        return isFile ? origin + ":" + (line + 1) : origin;
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
