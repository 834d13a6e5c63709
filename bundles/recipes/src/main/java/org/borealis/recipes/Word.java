package org.borealis.recipes;

import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * One plain value of a recipe, both as it was spelled and as YAML 1.2 understands it, because only the setting that it is for
 * knows which of the two is meant: the run named {@code 007} is not the run named 7.
 *
 * @param value a Long, Double, Boolean or String, or {@link Nothing}
 */
record Word(String text, Object value) {
    /** What YAML calls null: a key with nothing behind it. */
    enum Nothing {
        NOTHING
    }

    private static final ScalarResolver RESOLVER = new CoreSchema().getScalarResolver();

    static Word quoted(String text) {
        return new Word(text, text);
    }

    /** A word without quotes: a number if it looks like one. */
    static Word plain(String text) {
        Tag tag = RESOLVER.resolve(text, true);
        if (tag.equals(Tag.NULL)) {
            return new Word(text, Nothing.NOTHING);
        }
        if (tag.equals(Tag.BOOL)) {
            return new Word(text, Boolean.parseBoolean(text));
        }
        if (tag.equals(Tag.INT)) {
            return new Word(text, whole(text));
        }
        return new Word(text, tag.equals(Tag.FLOAT) ? real(text) : text);
    }

    /** A value that has been read before. */
    static Word of(Object value) {
        return switch (value) {
            case Float real -> new Word(real.toString(), Double.valueOf(real.toString()));
            case Double real -> new Word(real.toString(), real);
            case Number whole -> new Word(whole.toString(), whole.longValue());
            case Boolean claim -> new Word(claim.toString(), claim);
            default -> quoted(value.toString());
        };
    }

    boolean isNothing() {
        return value == Nothing.NOTHING;
    }

    private static Object whole(String text) {
        try {
            if (text.startsWith("0x")) {
                return Long.parseLong(text.substring(2), 16);
            }
            if (text.startsWith("0o")) {
                return Long.parseLong(text.substring(2), 8);
            }
            return Long.parseLong(text);
        } catch (NumberFormatException tooLong) {
            // No setting holds so large a whole number; one of real numbers may.
            return text.startsWith("0") ? text : Double.valueOf(text);
        }
    }

    private static Double real(String text) {
        return switch (text.toLowerCase()) {
            case ".nan" -> Double.NaN;
            case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
            case "-.inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.valueOf(text);
        };
    }
}
