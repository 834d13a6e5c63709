package org.borealis.jobs;

import java.nio.file.Files;
import java.nio.file.Path;
import sun.misc.Signal;

/** What a rank runs in tests: does what its first argument says, and leaves its process id in a file. */
final class RankProgram {
    private RankProgram() {}

    public static void main(String... arguments) throws Exception {
        String rank = System.getenv().getOrDefault("BOREALIS_RANK", "?");
        Files.writeString(
                Path.of("pid-" + rank), Long.toString(ProcessHandle.current().pid()));
        System.out.println("rank " + rank + " begins");
        String words = rank.equals(arguments.length > 1 ? arguments[1] : rank) ? arguments[0] : "wait";
        switch (words) {
            case "speak" -> System.err.println("to standard error");
            case "fail" -> {
                System.err.println("borealis: the loss of rank " + rank + " is not finite");
                System.err.println("  look at the data");
                System.exit(7);
            }
            case "complain" -> { // as a rank does that has lost its peer
                Thread.sleep(200);
                System.err.println("borealis: a peer is gone");
                System.exit(1);
            }
            case "die" ->
                Runtime.getRuntime().exec(new String[] {
                    "kill", "-9", Long.toString(ProcessHandle.current().pid())
                });
            case "save" ->
                Signal.handle(new Signal("TERM"), signal -> {
                    System.out.println("saved");
                    Runtime.getRuntime().halt(130);
                });
            case "stubborn" -> Signal.handle(new Signal("TERM"), signal -> {});
            default -> {}
        }
        if (!words.equals("speak")) {
            Thread.sleep(60_000);
        }
    }
}
