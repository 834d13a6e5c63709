package org.borealis.shell.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.borealis.tensor.BorealisException;

/** A folder of plug-ins and its lock. What changes in it changes by renaming, so that it is whole at any instant. */
public record PluginFolder(Path path) {
    /** Jars that a container starts from here, sorted; hidden ones are on their way. */
    public List<Path> jars() {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        var jars = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(path, "[!.]*.jar")) {
            entries.forEach(jars::add);
        } catch (IOException e) {
            throw failed(e);
        }
        jars.sort(null);
        return jars;
    }

    /** The lock, or an empty one. */
    public PluginLock lock() {
        return PluginLock.of(path).orElse(new PluginLock(false, List.of(), List.of()));
    }

    /**
     * Installs a jar under the name of its bundle.
     *
     * @param from as the lock remembers it
     * @param replaces whether the same bundle may be here already
     * @param needsSignature whether one of the trusted signers must have signed all of it, whatever the lock says
     * @throws BorealisException saying why not; the folder is as it was then
     */
    public LockedJar install(PluginJar jar, String from, boolean replaces, boolean needsSignature) {
        return changing(files -> {
            PluginLock lock = lockOfAll(jar.file());
            var locked = new LockedJar(
                    jar.name() + ".jar",
                    jar.name(),
                    jar.version().toString(),
                    jar.sha256(),
                    from,
                    now(),
                    signer(jar, lock, needsSignature));
            List<Path> replaced = replaced(jar, replaces);
            Files.copy(jar.file(), files.part(locked.file()), StandardCopyOption.REPLACE_EXISTING);
            files.write(PluginLock.FILE, lock.with(locked).text()); // first: who sees the jar finds it named
            files.commit(locked.file());
            lock = lock.withOnly(locked);
            for (Path old : replaced) {
                Files.deleteIfExists(old);
                lock = lock.without(old.getFileName().toString());
            }
            files.write(PluginLock.FILE, lock.text());
            return locked;
        });
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** Other files of the same bundle, which go when the new one is there. */
    private List<Path> replaced(PluginJar jar, boolean replaces) throws IOException {
        var replaced = new ArrayList<Path>();
        for (Path each : jars()) {
            Optional<PluginJar> found =
                    usable(each).filter(other -> other.name().equals(jar.name()));
            boolean isTarget = each.endsWith(jar.name() + ".jar");
            if (found.isPresent()) {
                PluginJar present = found.get();
                boolean isSame = present.sha256().equals(jar.sha256());
                if (!replaces && !isSame && !Files.isSameFile(each, jar.file())) {
                    throw new BorealisException(
                            "plugin-present",
                            jar.name() + " is installed already, as version " + present.version()
                                    + (present.version().equals(jar.version()) ? " with other content" : "") + " in "
                                    + each
                                    + "; add --replace to put " + jar.version() + " in its place");
                }
                if (!isTarget) {
                    replaced.add(each);
                }
            }
        }
        return replaced;
    }

    /** The lock; where there is none yet, one of what is here already, because all of that may start till now. */
    private PluginLock lockOfAll(Path except) {
        Optional<PluginLock> present = PluginLock.of(path);
        if (present.isPresent()) {
            return present.get();
        }
        PluginLock lock = lock();
        for (Path file : jars()) {
            Optional<PluginJar> jar = file.equals(except) ? Optional.empty() : usable(file);
            if (jar.isPresent()) {
                lock = lock.with(new LockedJar(
                        file.getFileName().toString(),
                        jar.get().name(),
                        jar.get().version().toString(),
                        jar.get().sha256(),
                        "here before " + PluginLock.FILE,
                        now(),
                        ""));
            }
        }
        return lock;
    }

    private static Optional<PluginJar> usable(Path file) {
        try {
            return Optional.of(PluginJar.read(file));
        } catch (BorealisException e) {
            return Optional.empty(); // it does not start anyway, and says why
        }
    }

    private static String signer(PluginJar jar, PluginLock lock, boolean needsSignature) {
        Optional<Signer> signer = Signatures.signer(jar.file(), lock.signers());
        if (signer.isEmpty() && (needsSignature || lock.requiresSignatures())) {
            String trusted = lock.signers().isEmpty()
                    ? "no signer is trusted yet"
                    : "trusted are "
                            + String.join(
                                    ", ",
                                    lock.signers().stream().map(Signer::name).toList());
            throw PluginJar.refused(
                    jar.file(),
                    "a signature of all of it by a trusted signer is required, and it has none (" + trusted + ")",
                    "get a signed build, or name its signer with 'borealis plugins trust CERTIFICATE'");
        }
        return signer.map(Signer::sha256).orElse("");
    }

    /**
     * Removes a jar and its line in the lock.
     *
     * @param file its name in the folder
     */
    public void remove(String file) {
        changing(files -> {
            Files.deleteIfExists(path.resolve(file));
            Optional<PluginLock> lock = PluginLock.of(path);
            if (lock.isPresent()) {
                files.write(PluginLock.FILE, lock.get().without(file).text());
            }
            return file;
        });
    }

    /**
     * Trusts whoever signs with a certificate.
     *
     * @param requiresSignatures whether from now on nothing is started that no trusted signer signed
     */
    public Signer trust(Path certificate, boolean requiresSignatures) {
        Signer signer = Signatures.read(certificate);
        return changing(files -> {
            PluginLock lock = lockOfAll(certificate);
            lock = lock.trusting(signer, requiresSignatures || lock.requiresSignatures());
            files.write(PluginLock.FILE, lock.text());
            return signer;
        });
    }

    private <T> T changing(FolderFiles.Change<T> change) {
        try {
            return new FolderFiles(path).changing(change);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private BorealisException failed(IOException e) {
        return new BorealisException(
                "plugin-folder",
                "the plug-in folder " + path + " can't be used: " + e + "; make it writable, or name another one by"
                        + " BOREALIS_PLUGINS",
                e);
    }
}
