package org.borealis.experiments;

import java.util.List;
import java.util.function.Supplier;
import org.borealis.command.Command;
import org.borealis.tensor.BorealisException;
import picocli.CommandLine;

/** Trains as {@code borealis train} does; what that says goes to standard error, for standard output is for what came of it. */
record Training(Supplier<Command> command) {

    /** @return the exit code; what is wrong with the recipe has been said */
    int run(List<String> arguments) throws Exception {
        var train = command.get();
        new CommandLine(train).parseArgs(arguments.toArray(String[]::new));
        var out = System.out;
        System.setOut(System.err);
        try {
            return train.call();
        } catch (BorealisException e) {
            System.err.println(e.getMessage());
            return Command.FAILED;
        } finally {
            System.setOut(out);
        }
    }
}
