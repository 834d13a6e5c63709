package org.borealis.shell.install;

import static org.borealis.shell.install.PluginFolderTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import jdk.security.jarsigner.JarSigner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars signed with keys that keytool made. */
class SignaturesTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path keys;

    @TempDir
    Path scratch;

    private PluginFolder folder;
    private Path unsigned;

    @BeforeAll
    static void makeKeys() throws Exception {
        for (String name : List.of("friend", "stranger")) {
            keytool("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-keyalg", "EC");
        }
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "friend",
                "-file",
                certificate().toString());
    }

    private static void keytool(String... words) throws Exception {
        var line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-keystore",
                keys.resolve("keys").toString(),
                "-storepass",
                "changeit"));
        line.addAll(List.of(words));
        assertEquals(
                0,
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor());
    }

    private static Path certificate() {
        return keys.resolve("friend.pem");
    }

    @BeforeEach
    void nameFolder() throws Exception {
        folder = new PluginFolder(scratch.resolve("plugins"));
        unsigned = TestJars.bundle(scratch.resolve("a.jar"), "example.a", "1.0.0", "a");
    }

    private Path signedBy(String name) throws Exception {
        var store = KeyStore.getInstance(keys.resolve("keys").toFile(), PASSWORD);
        var key = (KeyStore.PrivateKeyEntry) store.getEntry(name, new KeyStore.PasswordProtection(PASSWORD));
        Path signed = scratch.resolve("signed-by-" + name + ".jar");
        try (var in = new ZipFile(unsigned.toFile());
                var out = Files.newOutputStream(signed)) {
            new JarSigner.Builder(key).build().sign(in, out);
        }
        return signed;
    }

    private LockedJar install(Path jar, boolean needsSignature) {
        return folder.install(PluginJar.read(jar), "here", true, needsSignature);
    }

    /** Adds a file to a jar, or changes one. */
    private Path with(Path jar, String name, String content) throws IOException {
        Path changed = scratch.resolve("changed.jar");
        try (var in = new ZipFile(jar.toFile());
                var out = new ZipOutputStream(Files.newOutputStream(changed))) {
            for (ZipEntry entry : in.stream().map(ZipEntry.class::cast).toList()) {
                if (!entry.getName().equals(name)) {
                    out.putNextEntry(new ZipEntry(entry.getName()));
                    try (InputStream old = in.getInputStream(entry)) {
                        old.transferTo(out);
                    }
                }
            }
            out.putNextEntry(new ZipEntry(name));
            out.write(content.getBytes());
        }
        return changed;
    }

    @Test
    void aSignatureIsDemandedOnlyOnRequest() throws Exception {
        install(unsigned, false);
        assertRefused(() -> install(unsigned, true), "a.jar is left out", "signature", "no signer is trusted yet");
        assertRefused(() -> install(signedBy("friend"), true), "borealis plugins trust");
    }

    @Test
    void onlyATrustedSignersSignatureCounts() throws Exception {
        Signer friend = folder.trust(certificate(), false);
        assertEquals("CN=friend", friend.name());
        assertEquals(friend.sha256(), install(signedBy("friend"), true).signer());
        assertRefused(() -> install(signedBy("stranger"), true), "signature", "trusted are CN=friend");
        assertRefused(() -> install(unsigned, true), "signature");
    }

    @Test
    void whatIsAddedOrChangedAfterSigningIsFound() throws Exception {
        folder.trust(certificate(), true);
        Path signed = signedBy("friend");
        assertRefused(() -> install(with(signed, "added.txt", "more"), false), "it has none");
        assertRefused(() -> install(with(signed, "content.txt", "other"), false), "signature does not hold");
    }

    @Test
    void aLockThatRequiresSignaturesStartsNothingElse() throws Exception {
        install(unsigned, false);
        folder.trust(certificate(), true);
        var installed = PluginJar.read(folder.path().resolve("example.a.jar"));
        assertRefused(() -> folder.lock().demand(installed), "requires signatures", "install a signed build");
        assertRefused(() -> install(unsigned, false), "signature");
        install(signedBy("friend"), false);
        folder.lock().demand(PluginJar.read(folder.path().resolve("example.a.jar")));
        assertEquals(
                folder.lock().text(), PluginLock.of(folder.path()).orElseThrow().text());
    }

    @Test
    void whatIsNoCertificateIsSaidSo() {
        assertRefused(() -> folder.trust(unsigned, false), "a.jar is no X.509 certificate", "keytool");
    }
}
