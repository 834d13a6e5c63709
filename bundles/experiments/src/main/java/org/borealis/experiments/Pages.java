package org.borealis.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Pages with a plot, and files that appear whole. */
final class Pages {
    private Pages() {}

    /** A page of a plot and what comes below it. */
    static String html(String title, String plot, String below) {
        return "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>" + escaped(title)
                + "</title>\n<style>body{font-family:sans-serif;max-width:75rem;margin:2rem auto}"
                + "td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ddd}</style>\n<h1>"
                + escaped(title)
                + "</h1>\n" + plot + below + "</html>\n";
    }

    /** For XML and HTML. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** Writes a file, which is there whole or not at all. */
    static void write(Path file, String text) {
        var part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(part, text);
            try (var channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be written", e);
        }
    }
}
