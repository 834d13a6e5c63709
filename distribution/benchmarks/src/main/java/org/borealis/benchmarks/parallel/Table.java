package org.borealis.benchmarks.parallel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A table as docs/benchmarks.md has it; rows are printed as they come. */
public final class Table {
    private Table() {}

    /** The first lines. */
    public static void head(String... titles) {
        System.out.println();
        line(List.of(titles));
        line(Arrays.stream(titles).map(title -> "---").toList());
    }

    /** A row: numbers are printed as {@code formats} say, one for each cell. */
    public static void row(String formats, Object... cells) {
        var words = formats.split("\\|", -1);
        var texts = new ArrayList<String>();
        for (int i = 0; i < words.length; i++) {
            texts.add(String.format(Locale.ROOT, words[i].strip(), cells[i]));
        }
        line(texts);
    }

    private static void line(List<String> cells) {
        System.out.println("| " + String.join(" | ", cells) + " |");
    }
}
