package org.borealis.shell;

import java.util.Collection;
import java.util.List;
import org.borealis.command.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what is wrong with a command line, and what was probably meant. */
final class Misuse {
    private Misuse() {}

    /** @return the exit code */
    static int report(ParameterException misuse) {
        CommandSpec spec = misuse.getCommandLine().getCommandSpec();
        String message = misuse instanceof UnmatchedArgumentException unmatched
                ? unmatched(unmatched.getUnmatched(), spec)
                : decapitalised(String.valueOf(misuse.getMessage()));
        System.err.println("borealis: " + message);
        System.err.println("'" + spec.qualifiedName() + " --help' tells what is possible.");
        return Command.MISUSED;
    }

    private static String unmatched(List<String> words, CommandSpec spec) {
        String word = words.getFirst();
        String where = spec.root() == spec ? "" : " of '" + spec.name() + "'";
        if (word.startsWith("-")) {
            String option = word.replaceFirst("=.*", "");
            return "unknown option '" + option + "'" + where
                    + suggestion(option, spec.optionsMap().keySet());
        }
        if (!spec.subcommands().isEmpty()) {
            return "unknown command '" + word + "'" + where
                    + suggestion(word, spec.subcommands().keySet());
        }
        return "one argument too many" + where + ": '" + word + "'";
    }

    private static String suggestion(String word, Collection<String> legal) {
        return Spelling.nearest(word, legal)
                .map(nearest -> "; did you mean '" + nearest + "'?")
                .orElse("");
    }

    private static String decapitalised(String message) {
        return message.isEmpty() ? message : message.substring(0, 1).toLowerCase() + message.substring(1);
    }
}
