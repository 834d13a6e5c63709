package org.borealis.shell.install;

import static org.borealis.shell.install.PluginFolderTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files, addresses and Maven repositories: of this machine, and of a server on it. */
class InstallingTest {
    @TempDir
    Path scratch;

    private PluginFolder folder;
    private Path jar;
    private Path artifact;
    private HttpServer server;
    private final CountDownLatch over = new CountDownLatch(1);

    @BeforeEach
    void fillRepositoryAndServe() throws IOException {
        folder = new PluginFolder(scratch.resolve("plugins"));
        jar = TestJars.bundle(scratch.resolve("a.jar"), "example.a", "1.0.0", "a");
        artifact = scratch.resolve("repository/com/example/a/1.0.0/a-1.0.0.jar");
        Files.createDirectories(artifact.getParent());
        Files.copy(jar, artifact);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            Path file = scratch.resolve(exchange.getRequestURI().getPath().substring(1));
            if (exchange.getRequestURI().getPath().equals("/slow")) {
                exchange.sendResponseHeaders(200, 1000);
                await();
            } else if (Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(200, Files.size(file));
                Files.copy(file, exchange.getResponseBody());
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
            exchange.close();
        });
        server.start();
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
    }

    private String served(String path) {
        return "http://localhost:" + server.getAddress().getPort() + "/" + path;
    }

    private LockedJar install(String typed, String repository, String sha256) {
        return new Installing(repository, sha256, false, false).install(typed, folder, checked -> {});
    }

    private String repository() {
        return scratch.resolve("repository").toUri().toString();
    }

    @Test
    void aFileIsRememberedByItsPath() {
        assertEquals(jar.toString(), install(jar.toString(), "", "").from());
    }

    @Test
    void anAddressIsRememberedWithoutWhatMayBeAPassword() {
        String sha256 = PluginJar.sha256(jar);
        assertEquals(
                jar.toUri().toString(), install(jar.toUri().toString(), "", "").from());
        assertEquals(
                served("a.jar"),
                install(served("a.jar?token=secret"), "", sha256).from());
        assertRefused(() -> install("https://me:secret@localhost/a.jar", "", ""), "password");
    }

    @Test
    void aCoordinateIsFoundInARepositoryAndComparedWithItsChecksum() throws Exception {
        Files.writeString(
                artifact.resolveSibling("a-1.0.0.jar.sha1"), PluginJar.digest(jar, "SHA-1") + "  a-1.0.0.jar\n");
        assertEquals(
                "com.example:a:1.0.0",
                install("com.example:a:1.0.0", repository(), "").from());
        install("com.example:a:1.0.0", served("repository"), PluginJar.sha256(jar));

        Files.writeString(artifact.resolveSibling("a-1.0.0.jar.sha256"), "00ff\n");
        assertRefused(
                () -> install("com.example:a:1.0.0", repository(), ""),
                "com.example:a:1.0.0 is not what it should be",
                "SHA-256 is " + PluginJar.sha256(jar),
                "wanted is 00ff");
        Files.copy(artifact, artifact.resolveSibling("a-1.0.0-linux.jar"));
        install("com.example:a:1.0.0:linux", repository(), "");
        assertRefused(() -> install("com.example:a:2.0.0", repository(), ""), "there is no", "a/2.0.0/a-2.0.0.jar");
        assertRefused(() -> install("com.example:a:1.0-SNAPSHOT", repository(), ""), "a snapshot");
    }

    @Test
    void whatComesOverHttpNeedsItsChecksum() {
        assertRefused(() -> install(served("a.jar"), "", ""), "http", "--sha256");
        assertRefused(() -> install(served("a.jar"), "", "0".repeat(64)), "wanted is 000", "nothing was installed");
        assertRefused(() -> install(served("b.jar"), "", "00"), "there is no " + served("b.jar"));
        assertFalse(Files.exists(folder.path()));
    }

    @Test
    void whatIsTooLargeOrTooSlowIsGivenUp() {
        var small = new Download(50, Duration.ofSeconds(10));
        var hasty = new Download(5000, Duration.ofMillis(200));
        Path target = scratch.resolve("got");
        assertRefused(() -> small.get(URI.create(served("a.jar")), target), "can't be fetched", "50");
        assertRefused(() -> small.get(jar.toUri(), target), "can't be fetched", "50 are the limit");
        assertRefused(() -> hasty.get(URI.create(served("slow")), target), "can't be fetched", "took longer");
        assertRefused(() -> hasty.get(URI.create("http://localhost:1/a.jar"), target), "can't be fetched", "Connect");
    }

    @Test
    void whatIsNeitherFileNorCoordinateNorAddressIsSaidSo() {
        assertRefused(() -> install("nonsense", "", ""), "'nonsense' is neither a file", "coordinate", "address");
        assertRefused(() -> install("https://[", "", ""), "is no address");
    }
}
