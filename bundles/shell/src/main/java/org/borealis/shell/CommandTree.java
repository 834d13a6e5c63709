package org.borealis.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.command.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The command line as picocli sees it: {@code borealis}, its commands, and what all of them share. */
final class CommandTree {
    static final String HELP = "--help";
    static final String DEBUG = "--debug";
    private static final int COLUMNS = 100;
    private static final Map<String, String> EXIT_CODES = exitCodes();

    private CommandTree() {}

    /** All commands by name and description only: enough for help, and to tell what a mistyped one was meant to be. */
    static CommandLine of(String version, List<DeclaredCommand> declared) {
        return tree(version, declared, "", CommandSpec.create());
    }

    /** As {@link #of(String, List)}, with the one that is called in full. */
    static CommandLine of(String version, List<DeclaredCommand> declared, String name, Command command) {
        return tree(version, declared, name, CommandSpec.forAnnotatedObject(command));
    }

    private static CommandLine tree(String version, List<DeclaredCommand> declared, String name, CommandSpec called) {
        CommandSpec root = root(version);
        for (DeclaredCommand each : declared) {
            boolean isCalled = each.name().equals(name);
            if (root.subcommands().containsKey(each.name())) {
                continue; // two bundles bring the same command: the first by name of its component counts
            }
            CommandSpec spec = isCalled ? called.name(name) : CommandSpec.create();
            if (!isCalled) {
                spec.usageMessage().description(each.description());
            }
            root.addSubcommand(each.name(), spec);
        }
        share(root);
        return new CommandLine(root)
                .setUsageHelpWidth(COLUMNS)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(false);
    }

    private static CommandSpec root(String version) {
        CommandSpec root = CommandSpec.wrapWithoutInspection((Runnable) () -> {});
        root.name("borealis")
                .version("borealis " + version, "JDK " + Runtime.version())
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .type(boolean.class)
                        .description("Prints the version.")
                        .build());
        root.usageMessage()
                .customSynopsis("borealis COMMAND [OPTION]...")
                .description("Trains large language models on whatever accelerators a site has.")
                .footer(
                        "",
                        "Examples:",
                        "  borealis train quickstart       trains a small model on real text",
                        "  borealis plugins list           shows what a recipe can name",
                        "  borealis COMMAND --help         tells all about one command");
        return root;
    }

    private static String orElse(String heading, String usual) {
        return heading.isEmpty() ? usual : heading;
    }

    private static Map<String, String> exitCodes() {
        var codes = new LinkedHashMap<String, String>();
        codes.put(Integer.toString(Command.DONE), "Done.");
        codes.put(Integer.toString(Command.FAILED), "Not done; standard error says why.");
        codes.put(Integer.toString(Command.MISUSED), "The command line is wrong.");
        return codes;
    }

    /** Gives a command and everything below it help, {@code --debug} and the meaning of the exit codes. */
    private static void share(CommandSpec spec) {
        if (spec.findOption(HELP) == null) {
            var names = spec.findOption("-h") == null ? new String[] {"-h", HELP} : new String[] {HELP};
            spec.addOption(OptionSpec.builder(names)
                    .usageHelp(true)
                    .type(boolean.class)
                    .description("Prints this text.")
                    .build());
        }
        if (spec.findOption(DEBUG) == null) {
            spec.addOption(OptionSpec.builder(DEBUG)
                    .type(boolean.class)
                    .description("Prints the stack trace of a failure, too.")
                    .build());
        }
        UsageMessageSpec usage = spec.usageMessage();
        if (usage.exitCodeList().isEmpty()) {
            usage.exitCodeListHeading("%nExit codes:%n");
            usage.exitCodeList(EXIT_CODES);
        }
        usage.parameterListHeading(orElse(usage.parameterListHeading(), "%nArguments:%n"));
        usage.optionListHeading(orElse(usage.optionListHeading(), "%nOptions:%n"));
        usage.commandListHeading("%nCommands:%n");
        spec.subcommands().values().forEach(below -> share(below.getCommandSpec()));
    }
}
