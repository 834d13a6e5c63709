package org.borealis.command;

import java.util.concurrent.Callable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One sub-command of {@code borealis}, found by its {@link #NAME}; dropping in a bundle that holds one adds it to the
 * command line.
 *
 * <p>An implementation carries picocli's annotations and is a service of prototype scope, because its fields are the
 * options of one invocation:
 *
 * {@snippet :
 * @Component(scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=train")
 * @CommandLine.Command(name = "train", description = "Trains the model that a recipe describes.", footer = {
 *     "", "Example:", "  borealis train quickstart --set steps=100"})
 * public final class TrainCommand implements Command {
 *     @CommandLine.Parameters(paramLabel = "RECIPE", description = "Path of a recipe, or the name of a shipped one.")
 *     String recipe;
 *     …
 * }
 * }
 *
 * <p>The shell adds {@code --help}, {@code --debug} and the list of exit codes. {@link #call} returns the exit code, {@link #DONE} when all went
 * well; it writes its result to {@code System.out} and everything else to {@code System.err}. A
 * {@code BorealisException} that it throws is printed as one message and gives {@link #FAILED}; any other exception
 * is a defect, and its stack trace is kept in a file that the shell names. Wrong arguments give {@link #MISUSED}.
 */
@ConsumerType
public interface Command extends Callable<Integer> {
    /** Service property: the word that calls this command. */
    String NAME = "command.name";

    /**
     * Service property, a Boolean: true for a command that runs long enough to notice plug-ins that come and go. The
     * plug-in folders are watched while it runs, and only then.
     */
    String LIVE = "command.live";

    /** Exit code of a command that did what was asked. */
    int DONE = 0;

    /** Exit code of a command that could not do it and has said why. */
    int FAILED = 1;

    /** Exit code of a command line that is not understood. */
    int MISUSED = 2;
}
