package org.borealis.launch;

import java.nio.file.Path;

/** What {@code bin/borealis} starts: one container for one command line. */
public final class Launcher {
    private Launcher() {}

    /**
     * Runs a command line and ends the JVM with its exit code.
     *
     * <p>The system property {@code borealis.home} names the unpacked distribution.
     */
    public static void main(String... arguments) {
        int code;
        try {
            String home = System.getProperty("borealis.home", "");
            if (home.isEmpty()) {
                throw new IllegalStateException("start Borealis through bin/borealis: borealis.home is not set");
            }
            Installation installation =
                    Installation.in(Path.of(home), System.getProperty("java.class.path"), System.getenv());
            try (Container container = Container.start(installation, arguments)) {
                code = container.run();
            }
        } catch (Exception e) {
            System.err.println("borealis: " + e);
            code = 1;
        }
        System.out.flush();
        System.exit(code);
    }
}
