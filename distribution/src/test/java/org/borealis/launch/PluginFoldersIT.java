package org.borealis.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Plug-ins that come, change and go while a container runs, every bundle with a class loader of its own. */
@Timeout(60)
class PluginFoldersIT {
    private static final String IMPORTS = "org.borealis.command,picocli";
    /** The promise for a plug-in that is dropped in. */
    private static final Duration PROMPT = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Container container;
    private BundleContext context;

    @BeforeEach
    void start() throws Exception {
        Path home = Path.of(System.getProperty("borealis.home"));
        List<Path> slf4j = Installation.jars(home.resolve("lib")).stream()
                .filter(jar -> jar.getFileName().toString().startsWith("slf4j-api"))
                .toList();
        Jars.command(folder, "early", "1.0.0", "return 0;", IMPORTS);
        container = Container.start(
                new Installation(
                        Installation.jars(home.resolve("bundles")), slf4j, List.of(folder, home.resolve("plugins"))),
                "shell",
                "lb");
        context = container.context();
    }

    @AfterEach
    void stop() throws Exception {
        container.close();
    }

    @Test
    void aPluginAppearsWithinASecondIsReplacedAndGoesAway() throws Exception {
        assertEquals(List.of(), container.complaints());
        assertEquals(0, container.run(), "a live command starts the watching");
        Bundle early = bundle("early");

        Path jar = folder.resolve("hello.jar");
        var least = PATIENCE;
        for (int i = 0; i < 3 && least.compareTo(PROMPT) > 0; i++) { // others use this machine, too
            Files.deleteIfExists(jar);
            assertEquals("none", await("hello", "none"));
            Jars.command(folder, "hello", "1.0.0", "return 1;", IMPORTS);
            long dropped = System.nanoTime();
            assertEquals("1.0.0", await("hello", "1.0.0"));
            var took = Duration.ofNanos(System.nanoTime() - dropped);
            least = took.compareTo(least) < 0 ? took : least;
        }
        assertTrue(least.compareTo(PROMPT) < 0, "took " + least);
        var others = active(); // only now is everything up that the live command starts
        assertTrue(others.remove("example.hello"), others::toString);

        Jars.command(folder, "hello", "1.1.0", "return 2;", IMPORTS);
        assertEquals("1.1.0", await("hello", "1.1.0"));

        Files.delete(jar);
        assertEquals("none", await("hello", "none"));

        awaitGone("hello"); // an update's refresh takes the command away for a moment, too

        assertEquals(early.getBundleId(), bundle("early").getBundleId(), "what was there at the start is left alone");
        assertEquals(early.getLastModified(), bundle("early").getLastModified());
        assertEquals(others, active());
        Files.delete(folder.resolve("early.jar"));
        assertEquals("none", await("early", "none"));
    }

    private Set<String> active() {
        return Stream.of(context.getBundles())
                .filter(each -> each.getState() == Bundle.ACTIVE)
                .map(Bundle::getSymbolicName)
                .collect(Collectors.toSet());
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(each -> each.getSymbolicName().equals("example." + name))
                .findFirst()
                .orElseThrow();
    }

    private String await(String command, String version) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String found = version(command);
        while (!found.equals(version) && System.nanoTime() < end) {
            Thread.sleep(10);
            found = version(command);
        }
        return found;
    }

    private void awaitGone(String name) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (has(name) && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        assertFalse(has(name), name);
    }

    private boolean has(String name) {
        return Stream.of(context.getBundles())
                .anyMatch(each -> each.getSymbolicName().equals("example." + name));
    }

    /** The version of the bundle that offers a command; of any class loader's, since the test has the interface as well. */
    private String version(String command) throws Exception {
        ServiceReference<?>[] found =
                context.getAllServiceReferences("org.borealis.command.Command", "(command.name=" + command + ")");
        Bundle bundle = found == null ? null : found[0].getBundle();
        return bundle == null ? "none" : bundle.getVersion().toString();
    }
}
