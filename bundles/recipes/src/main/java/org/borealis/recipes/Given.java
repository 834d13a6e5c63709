package org.borealis.recipes;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What somebody wrote behind a key.
 *
 * @param words one, unless it is a list
 * @param origin where to look: a file and line, or an override
 */
record Given(List<Word> words, boolean isList, String origin, boolean isOverride) {
    Given {
        words = List.copyOf(words);
    }

    static Given of(Word word, String origin) {
        return new Given(List.of(word), false, origin, false);
    }

    /** A value that has been read before. */
    static Given of(Object value, String origin) {
        if (value instanceof Collection<?> several) {
            return new Given(several.stream().map(Word::of).toList(), true, origin, false);
        }
        if (value.getClass().isArray()) {
            var words = IntStream.range(0, Array.getLength(value))
                    .mapToObj(i -> Word.of(Array.get(value, i)))
                    .toList();
            return new Given(words, true, origin, false);
        }
        return of(Word.of(value), origin);
    }

    Given overriding() {
        return new Given(words, isList, origin, true);
    }

    boolean isNothing() {
        return !isList && words.getFirst().isNothing();
    }

    /** The value as YAML understands it. */
    Object raw() {
        return isList
                ? words.stream().map(Word::value).toList()
                : words.getFirst().value();
    }

    /** As it was written, for messages. */
    String text() {
        String text = words.stream().map(Word::text).collect(Collectors.joining(", "));
        String whole = isList ? "[" + text + "]" : text;
        return whole.length() <= 80 ? whole : whole.substring(0, 77) + "...";
    }
}
