package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A page of documentation that builds something: blocks with a title are files, or changes to one, and console blocks are typed. */
record GuidePage(List<Block> blocks) {
    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w+)(?: title=\"([^\"]+)\")?\\R(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    /** @param title path of a file, or nothing */
    record Block(String language, String title, String text) {
        private static Block of(MatchResult match) {
            return new Block(match.group(1), match.group(2) == null ? "" : match.group(2), match.group(3));
        }
    }

    static GuidePage of(Path page) throws IOException {
        return new GuidePage(
                BLOCK.matcher(Files.readString(page)).results().map(Block::of).toList());
    }

    /** Writes the files. */
    void writeInto(Path folder) throws IOException {
        for (var block : blocks) {
            if (!block.title().isEmpty() && !block.language().equals("diff")) {
                var file = folder.resolve(block.title());
                Files.createDirectories(file.getParent());
                Files.writeString(file, block.text());
            }
        }
    }

    /** The changes, in the order of the page. */
    List<Block> changes() {
        return inLanguage("diff");
    }

    List<Block> inLanguage(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    /** What is typed behind the prompts, in the order of the page. */
    List<String> commands() {
        return inLanguage("console").stream()
                .flatMap(block -> block.text().lines())
                .filter(line -> line.startsWith("$ "))
                .map(line -> line.substring(2))
                .toList();
    }

    /** Makes a change as a reader would: in each part, divided by {@code @@}, new lines in the place of the old ones. */
    static void apply(Block change, Path folder) throws IOException {
        var file = folder.resolve(change.title());
        for (String part : change.text().split("(?m)^@@\\R")) {
            var text = Files.readString(file);
            var old = part.replaceAll("(?m)^\\+.*\\R", "").replaceAll("(?m)^[- ]", "");
            var changed = part.replaceAll("(?m)^-.*\\R", "").replaceAll("(?m)^[+ ]", "");
            assertEquals(2, text.split(Pattern.quote(old), -1).length, () -> "once in " + file + ":\n" + old);
            Files.writeString(file, text.replace(old, changed));
        }
    }
}
