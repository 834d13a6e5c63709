package org.borealis.shell.install;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.borealis.tensor.BorealisException;

/** Where a plug-in is to come from. */
sealed interface Origin {
    Pattern COORDINATE = Pattern.compile("([\\w.-]+):([\\w.-]+):([\\w.+-]+)(?::([\\w.-]+))?");

    /** As the lock remembers it. */
    String text();

    /** A file of this machine. */
    record Local(Path file) implements Origin {
        @Override
        public String text() {
            return file.toAbsolutePath().normalize().toString();
        }
    }

    /** A file at an address. */
    record Remote(URI address) implements Origin {
        /** Without what is asked for behind a question mark: that may be a password. */
        @Override
        public String text() {
            return address.toString().replaceFirst("[?#].*", "");
        }
    }

    /** A jar in a Maven repository, as {@code group:artifact:version[:classifier]}. */
    record Coordinate(String text, URI jar) implements Origin {}

    /**
     * Reads what a person typed.
     *
     * @param repository address of the Maven repository for coordinates
     */
    static Origin parse(String typed, String repository) {
        if (typed.matches("(?i)(https?|file):.*")) {
            return new Remote(address(typed));
        }
        Path file = Path.of(typed);
        Matcher coordinate = COORDINATE.matcher(typed);
        if (Files.isRegularFile(file)) {
            return new Local(file);
        }
        if (coordinate.matches()) {
            return new Coordinate(typed, in(repository, coordinate));
        }
        throw new BorealisException(
                "plugin-origin",
                "'" + typed + "' is neither a file that is there, nor a Maven coordinate such as"
                        + " com.example:optimizer-compass:1.0.0, nor an address that begins with https:, http: or file:");
    }

    /** The standard layout of a Maven repository. */
    private static URI in(String repository, Matcher coordinate) {
        String version = coordinate.group(3);
        if (version.endsWith("-SNAPSHOT")) {
            throw new BorealisException(
                    "plugin-origin",
                    coordinate.group()
                            + " is a snapshot, which changes under the same name; name a release, or its file");
        }
        String artifact = coordinate.group(2);
        String classifier = coordinate.group(4) == null ? "" : "-" + coordinate.group(4);
        String base = repository.endsWith("/") ? repository : repository + "/";
        return address(base + coordinate.group(1).replace('.', '/') + "/" + artifact + "/" + version + "/" + artifact
                + "-" + version + classifier + ".jar");
    }

    private static URI address(String typed) {
        try {
            URI address = URI.create(typed);
            if (address.getRawUserInfo() != null) {
                throw new BorealisException(
                        "plugin-origin",
                        "an address with a password in it would be written down; fetch the file first");
            }
            if (address.getPath() == null) {
                throw new IllegalArgumentException("it has no path");
            }
            return address;
        } catch (IllegalArgumentException e) {
            throw new BorealisException("plugin-origin", "'" + typed + "' is no address: " + e.getMessage(), e);
        }
    }
}
