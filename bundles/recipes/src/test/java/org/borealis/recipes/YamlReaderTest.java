package org.borealis.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

final class YamlReaderTest {
    private static Object value(String yaml) {
        return YamlReader.recipe("a: " + yaml, "r.yaml").get("a").raw();
    }

    private static void says(String message, String yaml) {
        var refused = assertThrows(BorealisException.class, () -> YamlReader.recipe(yaml, "r.yaml"), yaml);
        assertEquals(message, refused.getMessage());
    }

    @Test
    void valuesAreThoseOfYaml12() {
        assertEquals(3e-4, value("3e-4"));
        assertEquals(-0.5, value("-.5"));
        assertEquals(7L, value("007"));
        assertEquals(255L, value("0xff"));
        assertEquals(8L, value("0o10"));
        assertEquals(true, value("True"));
        assertEquals("yes", value("yes"));
        assertEquals("3e-4", value("'3e-4'"));
        assertEquals("1_000", value("1_000"));
        assertEquals(1e20, value("100000000000000000000"));
        assertEquals("x: y # z", value("\"x: y # z\""));
        assertEquals(List.of(1L, "b", false), value("\n - 1\n - b\n - false"));
        assertEquals("two\nlines", value("|\n  two\n  lines"));
    }

    @Test
    void keysAreFlattenedInTheirOrder() {
        var read = YamlReader.recipe("b: {c: 1, d: {e: 2}}\na.f: 3\nbackend: torch\nmodel: gpt", "r.yaml");
        assertEquals(List.of("b.c", "b.d.e", "a.f", "backend.name", "model.family"), List.copyOf(read.keySet()));
        assertEquals("r.yaml:2", read.get("a.f").origin());
    }

    @Test
    void aKeyGivenTwiceIsRefusedHoweverItIsWritten() {
        says("r.yaml:2: 'a' is given twice, first at r.yaml:1; remove one", "a: 1\na: 1");
        says("r.yaml:3: 'b.c' is given twice, first at r.yaml:2; remove one", "b:\n  c: 1\nb.c: 2");
        says(
                "r.yaml:2: 'backend.name' is given twice, first at r.yaml:1; remove one",
                "backend: {name: a}\nbackend: b");
    }

    @Test
    void whatIsNotYamlIsShownByItsLine() {
        says("r.yaml:2: not YAML: mapping values are not allowed here", "a: 1\n  b: 2");
        var tab = assertThrows(BorealisException.class, () -> YamlReader.recipe("a:\n\tb: 1", "r.yaml"));
        assertTrue(tab.getMessage().startsWith("r.yaml:2: not YAML: found character '\\t(TAB)'"), tab.getMessage());
        says("r.yaml:1: a recipe is made of lines 'key: value'", "just words");
        says("r.yaml:1: a recipe is made of lines 'key: value'", "- a\n- b");
    }

    @Test
    void whatARecipeNeverNeedsIsRefused() {
        says("r.yaml:1: anchors (&name) are not used in recipes; write the value where it belongs", "a: &x 1\nb: *x");
        says("r.yaml:1: 'b' has no value that can be read; aliases (*name) are not used in recipes", "b: *x");
        says(
                "r.yaml:1: tags (!java.net.URL) are not used in recipes; write the plain value",
                "a: !java.net.URL [http://x]");
        says("r.yaml:1: the list 'a' must hold plain values, or sections and nothing else", "a: [[1]]");
        says("r.yaml:1: a key must be a plain word", "? [1]\n: 2");
        says("r.yaml:1: a key must be a word, or words joined by dots", "a..b: 2");
        says("r.yaml:2: a recipe is one document; remove the '---' line in its middle", "a: 1\n---\nb: 2");
    }

    @Test
    void hostileTextsEndQuicklyAndWithAMessage() {
        String deep = "{a: ".repeat(100_000);
        String wide = "[".repeat(200_000);
        String keys = "? ".repeat(100_000);
        String bomb = "a: &a [x,x]\n" + "b: [*a,*a]\n".repeat(1000);
        String digits = "a: " + "1".repeat(500_000);
        String large = "a: " + "x".repeat(YamlReader.MOST_CHARACTERS);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (String yaml : List.of(deep, "a: " + wide, wide, keys, bomb, large)) {
                assertThrows(BorealisException.class, () -> YamlReader.recipe(yaml, "r.yaml"));
            }
            YamlReader.recipe(digits, "r.yaml");
        });
    }

    @Test
    void noTextMakesItFailOtherwise() {
        long seed = 20261122;
        var random = new Random(seed);
        String alphabet = "ab: \n-[]{},\"'#&*!|>?%@`\t\u0000\u0085\ufeff\ud83d~<=.0e-x\\";
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int length = random.nextInt(24); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                YamlReader.recipe(text.toString(), "r.yaml");
            } catch (BorealisException expected) {
                assertTrue(expected.getMessage().startsWith("r.yaml"), expected.getMessage());
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", text " + i + ": " + text, e);
            }
        }
    }
}
