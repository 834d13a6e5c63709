package org.borealis.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetatypeTest {
    @TempDir
    Path folder;

    private Optional<List<Setting>> settings(String attribute, String pid) throws IOException {
        Path file = Files.writeString(folder.resolve("m.xml"), """
                <?xml version="1.0" encoding="UTF-8"?>
                <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0">
                  <OCD id="x.Config" name="X">%s</OCD>
                  <Designate factoryPid="x"><Object ocdref="x.Config"/></Designate>
                </metatype:MetaData>
                """.formatted(attribute));
        return Metatype.settings(file.toUri().toURL(), pid);
    }

    @Test
    void anAttributeIsReadWithItsRange() throws IOException {
        var setting = settings(
                        "<AD id=\"a.b\" type=\"Float\" min=\"0.5\" max=\"2\" default=\"1\" description=\"Of one\"/>",
                        "x")
                .orElseThrow()
                .getFirst();
        assertEquals(Optional.of(new BigDecimal("0.5")), setting.least());
        assertEquals("a number from 0.5 to 2 (Of one; default 1)", setting.wanted());
        assertEquals(Optional.of(1f), setting.defaultValue());
        assertEquals(Optional.of(1.5f), setting.read(Given.of(1.5, "test")));
        assertEquals(Optional.empty(), setting.read(Given.of(2.5, "test")));
    }

    @Test
    void aKeyThatIsAJavaKeywordIsReadAsItIsMeant() throws IOException {
        var setting = settings("<AD id=\"final.\" type=\"Double\" default=\"0.1\"/>", "x")
                .orElseThrow()
                .getFirst();
        assertEquals("final", setting.key());
    }

    @Test
    void theRangeOfATextIsThatOfItsLength() throws IOException {
        var setting = settings("<AD id=\"a\" type=\"String\" max=\"3\" required=\"false\"/>", "x")
                .orElseThrow()
                .getFirst();
        assertEquals("a text of at most 3 characters", setting.wanted());
        assertEquals("at most 3 characters", setting.declaration().range());
        assertFalse(setting.declaration().isRequired());
        assertEquals(Optional.of("abc"), setting.read(Given.of("abc", "test")));
        assertEquals(Optional.empty(), setting.read(Given.of("abcd", "test")));
        assertEquals(Optional.empty(), setting.defaultValue());
    }

    @Test
    void aDefaultIsLegalOutsideOfTheRange() throws IOException {
        var setting = settings("<AD id=\"a\" type=\"Integer\" min=\"1\" default=\"0\"/>", "x")
                .orElseThrow()
                .getFirst();
        assertEquals(Optional.of(0), setting.read(Given.of(0, "test")));
        assertEquals(Optional.empty(), setting.read(Given.of(-1, "test")));
    }

    @Test
    void anotherIdentityHasNoSettingsHere() throws IOException {
        assertEquals(Optional.empty(), settings("", "y"));
        assertEquals(Optional.of(List.of()), settings("", "x"));
    }

    @Test
    void listsAreSplitAtCommasThatAreNotEscaped() {
        assertEquals(List.of("0.9", "0.95"), Metatype.words("0.9,0.95", true));
        assertEquals(List.of("a,b", "c\\d"), Metatype.words("a\\,b, c\\\\d", true));
        assertEquals(List.of(), Metatype.words("", true));
        assertEquals(List.of(""), Metatype.words("", false));
        assertEquals(List.of("a, b"), Metatype.words("a\\, b", false));
    }

    @Test
    void aBrokenDeclarationIsThePluginsDefect() throws IOException {
        var range =
                assertThrows(BorealisException.class, () -> settings("<AD id=\"a\" type=\"Long\" min=\"one\"/>", "x"));
        assertEquals(
                "the min of setting 'a' is not a number: 'one'; this is a defect of the plug-in", range.getMessage());
        var doctype = Files.writeString(
                folder.resolve("d.xml"), "<!DOCTYPE m [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><m>&e;</m>");
        assertEquals(
                "plugin-settings",
                assertThrows(
                                BorealisException.class,
                                () -> Metatype.settings(doctype.toUri().toURL(), "x"))
                        .code());
        var schema = new Schema(
                "optimizer 'x'", "optimizer.", List.of(FewPlugins.setting("a", Kind.LONG, false, List.of(), "b")));
        var fallback = assertThrows(BorealisException.class, () -> schema.complete(java.util.Map.of(), new Problems()));
        assertTrue(
                fallback.getMessage().contains("a default for 'a' that is not a whole number"), fallback.getMessage());
    }
}
