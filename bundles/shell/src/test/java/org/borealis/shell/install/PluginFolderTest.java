package org.borealis.shell.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class PluginFolderTest {
    @TempDir
    Path scratch;

    private PluginFolder folder;

    @BeforeEach
    void nameFolder() {
        folder = new PluginFolder(scratch.resolve("plugins"));
    }

    private LockedJar install(Path jar, boolean replaces) {
        return folder.install(PluginJar.read(jar), jar.toString(), replaces, false);
    }

    private Path bundle(String name, String version) throws IOException {
        return TestJars.bundle(scratch.resolve(name + "-" + version + ".jar"), name, version, "of " + version);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.path())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void demand(String file) {
        PluginLock.of(folder.path())
                .orElseThrow()
                .demand(PluginJar.read(folder.path().resolve(file)));
    }

    static void assertRefused(Executable action, String... words) {
        var refusal = assertThrows(BorealisException.class, action).getMessage();
        for (String word : words) {
            assertTrue(refusal.contains(word), () -> "'" + word + "' is missing in: " + refusal);
        }
    }

    @Test
    void aJarIsInstalledUnderTheNameOfItsBundleAndNamedInTheLock() throws Exception {
        Path jar = bundle("example.b", "1.0.0");
        install(jar, false);
        install(bundle("example.a", "2.1.0"), false);
        assertEquals(List.of(".changing", "example.a.jar", "example.b.jar", "plugins.lock"), files());
        demand("example.b.jar");
        var text = Files.readString(folder.path().resolve(PluginLock.FILE));
        assertTrue(
                text.contains("\n\njar: example.b.jar\nplugin: example.b\nversion: 1.0.0\nsha256: "
                        + PluginJar.sha256(jar) + "\nfrom: " + jar + "\ndate: 20"),
                text);
        assertTrue(text.indexOf("example.a") < text.indexOf("example.b"), text);
        assertEquals(text, folder.lock().text(), "read and written, it is the same");
    }

    @Test
    void anotherBuildTakesItsPlaceOnlyIfAskedTo() throws Exception {
        install(bundle("example.a", "1.0.0"), false);
        Path newer = bundle("example.a", "1.1.0");
        assertRefused(
                () -> install(newer, false), "example.a is installed already, as version 1.0.0", "--replace", "1.1.0");
        demand("example.a.jar");
        install(newer, true);
        demand("example.a.jar");
        assertEquals("1.1.0", folder.lock().jars().getFirst().version());
        assertEquals(1, folder.lock().jars().size());
        install(newer, false);
        assertEquals(1, folder.jars().size(), "the same content again is fine");
    }

    @Test
    void anAlteredOrUnknownJarMayNotStartUntilItIsInstalled() throws Exception {
        install(bundle("example.a", "1.0.0"), false);
        Path altered = TestJars.bundle(folder.path().resolve("example.a.jar"), "example.a", "1.0.0", "altered");
        assertRefused(() -> demand("example.a.jar"), "SHA-256", "borealis plugins install " + altered);
        install(altered, false);
        demand("example.a.jar");

        Path unknown = TestJars.bundle(folder.path().resolve("dropped.jar"), "example.d", "1.0.0", "dropped");
        assertRefused(
                () -> demand("dropped.jar"), "plugins.lock does not name it", "borealis plugins install " + unknown);
        install(unknown, false);
        demand("example.d.jar");
        assertFalse(Files.exists(unknown), "it has the name of its bundle now");
    }

    @Test
    void whatIsThereBeforeTheLockGoesOnStarting() throws Exception {
        Files.createDirectories(folder.path());
        TestJars.bundle(folder.path().resolve("old.jar"), "example.old", "1.0.0", "old");
        Files.writeString(folder.path().resolve("broken.jar"), "broken");
        install(bundle("example.a", "1.0.0"), false);
        demand("old.jar");
        assertEquals(
                List.of("example.a.jar", "old.jar"),
                folder.lock().jars().stream().map(LockedJar::file).toList());
        install(bundle("example.old", "1.1.0"), true);
        assertEquals(
                List.of("example.a.jar", "example.old.jar"),
                folder.lock().jars().stream().map(LockedJar::file).toList());
        assertFalse(Files.exists(folder.path().resolve("old.jar")));
    }

    @Test
    void aRemovedJarHasNoLine() throws Exception {
        install(bundle("example.a", "1.0.0"), false);
        folder.remove("example.a.jar");
        assertEquals(List.of(".changing", "plugins.lock"), files());
        assertEquals(List.of(), folder.lock().jars());
    }

    @Test
    void whatIsNoBundleIsRefusedBeforeThereIsAFolder() throws Exception {
        Path text = Files.writeString(scratch.resolve("text.jar"), "not a jar");
        Path cut = bundle("example.cut", "1.0.0");
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        Path plain = TestJars.jar(scratch.resolve("plain.jar"), new Manifest(), "plain");
        assertRefused(() -> install(text, false), "text.jar is left out", "it is no jar, or only a part of one");
        assertRefused(() -> install(cut, false), "cut-1.0.0.jar is left out", "only a part of one");
        assertRefused(() -> install(plain, false), "plain.jar is left out", "not an OSGi bundle", "bnd");
        assertRefused(
                () -> install(TestJars.bundle(scratch.resolve("odd.jar"), "../up", "1", ""), false),
                "Bundle-SymbolicName is '../up'");
        assertFalse(Files.exists(folder.path()));
    }

    @Test
    void aBrokenLockLetsNothingStartAndSaysWhere() throws Exception {
        Files.createDirectories(folder.path());
        assertEquals(Optional.empty(), PluginLock.of(folder.path()));
        Path lock = folder.path().resolve(PluginLock.FILE);
        for (String broken : List.of(
                "",
                "lock: 2\n",
                "lock: 1\nsignatures: maybe\n",
                "lock: 1\nsignatures: optional\nnonsense\n",
                "lock: 1\nsignatures: optional\n\njar: a.jar\nplugin: a\nversion: 1\nsha256: 0\nfrom: b\n",
                "lock: 1\nsignatures: optional\n\njar: a.jar\nplugin: a\nversion: 1\nsha256: 0\nfrom: b\ndate: x\n",
                "lock: 1\nsignatures: optional\n\npig: a.jar\n")) {
            Files.writeString(lock, broken);
            assertRefused(() -> PluginLock.of(folder.path()), lock + " can't be read", "delete it");
        }
    }
}
