package org.borealis.shell;

import java.util.List;
import org.borealis.command.Command;
import org.osgi.framework.FrameworkUtil;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The command line as picocli sees it: {@code borealis}, its commands, and what all of them share. */
final class CommandTree {
    static final String HELP = "--help";
    static final String DEBUG = "--debug";
    private static final int COLUMNS = 100;

    private CommandTree() {}

    /** All commands by name and description only: enough for help, and to tell what a mistyped one was meant to be. */
    static CommandLine of(List<DeclaredCommand> declared) {
        return tree(declared, "", CommandSpec.create());
    }

    /** As {@link #of(List)}, with the one that is called in full. */
    static CommandLine of(List<DeclaredCommand> declared, String name, Command command) {
        return tree(declared, name, CommandSpec.forAnnotatedObject(command));
    }

    private static CommandLine tree(List<DeclaredCommand> declared, String name, CommandSpec called) {
        CommandSpec root = root();
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

    private static CommandSpec root() {
        CommandSpec root = CommandSpec.wrapWithoutInspection((Runnable) () -> {});
        String version = FrameworkUtil.getBundle(CommandTree.class).getVersion().toString();
        root.name("borealis")
                .version("borealis " + version, "JDK " + Runtime.version() + ", " + System.getProperty("java.vendor"))
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .type(boolean.class)
                        .description("Prints the version.")
                        .build());
        root.usageMessage()
                .customSynopsis("borealis COMMAND [OPTION]...")
                .description("Trains large language models on whatever accelerators a site has.", "")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n")
                .footer(
                        "",
                        "Examples:",
                        "  borealis train quickstart       trains a small model on real text",
                        "  borealis plugins list           shows what a recipe can name",
                        "  borealis COMMAND --help         tells all about one command");
        return root;
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
            usage.exitCodeList(java.util.Map.of());
        }
        if (usage.parameterListHeading().isEmpty()) {
            usage.parameterListHeading("%n");
        }
        if (usage.optionListHeading().isEmpty()) {
            usage.optionListHeading("%n");
        }
        spec.subcommands().values().forEach(below -> share(below.getCommandSpec()));
    }
}
