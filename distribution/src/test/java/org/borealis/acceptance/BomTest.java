package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Strangers get the version of everything of ours from one place. */
class BomTest {
    private static final Pattern OURS = Pattern.compile(
            "<groupId>org.borealis</groupId>\\s*<artifactId>([^<]+)</artifactId>\\s*<version>\\$\\{project.version}");

    @Test
    void theBillOfMaterialsHasWhatTheBuildHas() throws IOException {
        var built = ours(Path.of("../pom.xml"));
        assertTrue(built.size() > 30, built::toString);
        assertEquals(built, ours(Path.of("../cnf/bom/pom.xml")));
    }

    private static TreeSet<String> ours(Path pom) throws IOException {
        var names = new TreeSet<String>();
        OURS.matcher(Files.readString(pom)).results().forEach(match -> names.add(match.group(1)));
        return names;
    }
}
