package org.borealis.shell.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.tensor.BorealisException;

/**
 * What may start from a folder of plug-ins: the file {@value #FILE} in it.
 *
 * @param requiresSignatures whether a jar has to be signed by one of the signers
 * @param jars sorted by file; while one is being replaced, the old and the new one
 */
public record PluginLock(boolean requiresSignatures, List<Signer> signers, List<LockedJar> jars) {
    /** Its name. The launcher leaves a folder with such a file to the shell. */
    public static final String FILE = "plugins.lock";

    private static final String FIRST_LINE =
            "# Written by 'borealis plugins'. No jar of this folder is started but those that stand here.\n";
    private static final String FORMAT = "1";
    private static final Comparator<LockedJar> BY_FILE =
            Comparator.comparing(LockedJar::file).thenComparing(LockedJar::sha256);

    public PluginLock {
        signers = signers.stream().sorted(Comparator.comparing(Signer::sha256)).toList();
        jars = jars.stream().sorted(BY_FILE).toList();
    }

    /**
     * The lock of a folder, if it has one.
     *
     * @throws BorealisException if it can't be read; nothing of that folder may start then
     */
    public static Optional<PluginLock> of(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            return Files.exists(file) ? Optional.of(parse(Files.readAllLines(file))) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new BorealisException(
                    "lock-unreadable",
                    file + " can't be read, so nothing of that folder is started: " + e.getMessage()
                            + "; repair it, or delete it and install the plug-ins again",
                    e);
        }
    }

    private static PluginLock parse(List<String> lines) {
        boolean requiresSignatures = false;
        var signers = new ArrayList<Signer>();
        var jars = new ArrayList<LockedJar>();
        List<Map<String, String>> blocks = Blocks.parse(lines);
        if (blocks.isEmpty() || !FORMAT.equals(blocks.getFirst().get("lock"))) {
            throw new IllegalArgumentException("it does not begin with 'lock: " + FORMAT + "'");
        }
        for (Map<String, String> block : blocks) {
            switch (block.keySet().iterator().next()) {
                case "lock" -> requiresSignatures = required(Blocks.value(block, "signatures"));
                case "signer" -> signers.add(Signer.of(block));
                case "jar" -> jars.add(LockedJar.of(block));
                default ->
                    throw new IllegalArgumentException("a block begins with neither 'signer:' nor 'jar:': " + block);
            }
        }
        return new PluginLock(requiresSignatures, signers, jars);
    }

    private static boolean required(String signatures) {
        return switch (signatures) {
            case "required" -> true;
            case "optional" -> false;
            default ->
                throw new IllegalArgumentException(
                        "'signatures: " + signatures + "' is neither 'required' nor 'optional'");
        };
    }

    /** The same text for the same lock. */
    String text() {
        var head = new LinkedHashMap<String, String>();
        head.put("lock", FORMAT);
        head.put("signatures", requiresSignatures ? "required" : "optional");
        var blocks = new ArrayList<Map<String, String>>(List.of(head));
        signers.forEach(signer -> blocks.add(signer.block()));
        jars.forEach(jar -> blocks.add(jar.block()));
        return FIRST_LINE + Blocks.text(blocks);
    }

    /** The jar as it stands here, by file and content. */
    public Optional<LockedJar> find(PluginJar jar) {
        return named(jar).filter(locked -> locked.sha256().equals(jar.sha256())).findFirst();
    }

    private Stream<LockedJar> named(PluginJar jar) {
        String file = String.valueOf(jar.file().getFileName());
        return jars.stream().filter(locked -> locked.file().equals(file));
    }

    /** Stops a jar that may not start. @throws BorealisException saying why, and what to do */
    public void demand(PluginJar jar) {
        Optional<LockedJar> found = find(jar);
        if (found.isEmpty()) {
            boolean isAltered = named(jar).findAny().isPresent();
            throw PluginJar.refused(
                    jar.file(),
                    isAltered ? "it is not the file that was installed, by its SHA-256" : FILE + " does not name it",
                    "'borealis plugins install " + jar.file() + "' if you trust it");
        }
        String signer = found.get().signer();
        if (requiresSignatures
                && signers.stream().noneMatch(each -> each.sha256().equals(signer))) {
            throw PluginJar.refused(
                    jar.file(),
                    FILE + " requires signatures, and it has none of a trusted signer",
                    "install a signed build of it");
        }
    }

    PluginLock with(LockedJar jar) {
        var all = new ArrayList<>(jars);
        all.removeIf(each -> each.file().equals(jar.file()) && each.sha256().equals(jar.sha256()));
        all.add(jar);
        return new PluginLock(requiresSignatures, signers, all);
    }

    /** With one jar of that name at most. */
    PluginLock withOnly(LockedJar jar) {
        return without(jar.file()).with(jar);
    }

    PluginLock without(String file) {
        return new PluginLock(
                requiresSignatures,
                signers,
                jars.stream().filter(each -> !each.file().equals(file)).toList());
    }

    PluginLock trusting(Signer signer, boolean requiresSignatures) {
        var all = new ArrayList<>(signers);
        all.removeIf(each -> each.sha256().equals(signer.sha256()));
        all.add(signer);
        return new PluginLock(requiresSignatures, all, jars);
    }
}
