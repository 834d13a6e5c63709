package org.borealis.recipes;

import java.util.Locale;
import java.util.Optional;

/** Types that a setting may have, by the names that metatype gives them. */
enum Kind {
    LONG("a whole number", "whole numbers"),
    INTEGER("a whole number", "whole numbers"),
    SHORT("a whole number", "whole numbers"),
    BYTE("a whole number", "whole numbers"),
    DOUBLE("a number", "numbers"),
    FLOAT("a number", "numbers"),
    BOOLEAN("true or false", "true or false"),
    STRING("a text", "texts");

    final String one;
    final String many;

    Kind(String one, String many) {
        this.one = one;
        this.many = many;
    }

    /** The kind for a type of a metatype document; what is neither number nor claim is a text. */
    static Kind of(String metatype) {
        for (Kind kind : values()) {
            if (kind.name().equals(metatype.toUpperCase(Locale.ROOT))) {
                return kind;
            }
        }
        return STRING;
    }

    /** The word as a value of this kind, if it is one. */
    Optional<Object> read(Word word) {
        return switch (this) {
            case LONG -> whole(word, Long.MIN_VALUE, Long.MAX_VALUE).map(value -> value);
            case INTEGER -> whole(word, Integer.MIN_VALUE, Integer.MAX_VALUE).map(Long::intValue);
            case SHORT -> whole(word, Short.MIN_VALUE, Short.MAX_VALUE).map(Long::shortValue);
            case BYTE -> whole(word, Byte.MIN_VALUE, Byte.MAX_VALUE).map(Long::byteValue);
            case DOUBLE -> real(word).map(value -> value);
            case FLOAT ->
                real(word).map(Double::floatValue).filter(Float::isFinite).map(value -> value);
            case BOOLEAN -> word.value() instanceof Boolean claim ? Optional.of(claim) : Optional.empty();
            case STRING -> word.isNothing() ? Optional.empty() : Optional.of(word.text());
        };
    }

    /** Smallest and largest value that the type itself allows, for messages. */
    String bounds() {
        return switch (this) {
            case INTEGER -> " from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE;
            case SHORT -> " from " + Short.MIN_VALUE + " to " + Short.MAX_VALUE;
            case BYTE -> " from " + Byte.MIN_VALUE + " to " + Byte.MAX_VALUE;
            case LONG, DOUBLE, FLOAT, BOOLEAN, STRING -> "";
        };
    }

    private static Optional<Long> whole(Word word, long least, long most) {
        Optional<Long> value = switch (word.value()) {
            case Long whole -> Optional.of(whole);
            // 1e6 steps are a whole number of steps; above 2^53 a double no longer says which.
            case Double real when real == Math.rint(real) && Math.abs(real) <= 0x1p53 -> Optional.of(real.longValue());
            default -> Optional.empty();
        };
        return value.filter(whole -> least <= whole && whole <= most);
    }

    private static Optional<Double> real(Word word) {
        return switch (word.value()) {
            case Long whole -> Optional.of(whole.doubleValue());
            case Double real when Double.isFinite(real) -> Optional.of(real);
            default -> Optional.empty();
        };
    }
}
