package org.borealis.cluster;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What starts a job: files to write, then programs to run at the same time.
 *
 * @param scripts files to write first
 * @param programs what to run; they all have to end well
 * @param isQueued whether the programs only hand the job in: they end at once, and the job runs later, elsewhere
 */
@ProviderType
public record Submission(List<Script> scripts, List<Program> programs, boolean isQueued) {

    /** A file of text; a relative path is meant in the job's folder. */
    public record Script(Path path, String text) {}

    /**
     * A program on this machine.
     *
     * @param environment variables that it gets besides those that are there
     * @param voices whose words it prints
     */
    public record Program(Map<String, String> environment, List<String> command, Voices voices) {
        public Program {
            environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
            command = List.copyOf(command);
        }
    }

    /** Whose words a program prints. */
    public sealed interface Voices {
        /** It is a rank itself. */
        record Rank(int rank) implements Voices {}

        /**
         * It starts ranks, and marks what they print.
         *
         * @param mark what stands before a line of a rank; the group {@code rank} is its number
         * @param obituary a line of the program's own about a rank that failed: the group {@code rank} is its number, and
         *     the group {@code code}, if there is one, its exit code
         */
        record Ranks(Pattern mark, Pattern obituary) implements Voices {}

        /** It starts no rank itself. */
        record Queue() implements Voices {}
    }

    public Submission {
        scripts = List.copyOf(scripts);
        programs = List.copyOf(programs);
    }

    /** One program that starts all ranks. */
    public static Submission of(Program program) {
        return new Submission(List.of(), List.of(program), false);
    }

    /** All of it as a shell would take it. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (Script script : scripts) {
            text.append("# ")
                    .append(script.path())
                    .append('\n')
                    .append(script.text())
                    .append('\n');
        }
        for (Program program : programs) {
            text.append(line(program.environment(), program.command())).append(programs.size() > 1 ? " &\n" : "\n");
        }
        return text.append(programs.size() > 1 ? "wait\n" : "").toString();
    }

    /** A command with its variables before it, as a shell takes it. */
    public static String line(Map<String, String> environment, List<String> command) {
        String variables = environment.entrySet().stream()
                .map(each -> each.getKey() + "=" + quoted(each.getValue()) + " ")
                .collect(Collectors.joining());
        return variables + command.stream().map(Submission::quoted).collect(Collectors.joining(" "));
    }

    /** A word as a shell takes it. */
    public static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./=:,+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
