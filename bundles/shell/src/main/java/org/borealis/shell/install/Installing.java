package org.borealis.shell.install;

import java.util.function.Consumer;

/**
 * From what a person typed to a jar in a folder.
 *
 * @param repository address of the Maven repository for coordinates
 * @param sha256 that the file must have; empty if nobody said
 * @param replaces whether the same bundle may be here already
 * @param needsSignature whether a trusted signer must have signed all of it
 */
public record Installing(String repository, String sha256, boolean replaces, boolean needsSignature) {
    /**
     * Fetches a jar, checks it and puts it into the folder.
     *
     * @param check throws where the container lacks what the jar needs; runs before anything is written into the folder
     * @throws org.borealis.tensor.BorealisException saying why not; the folder is as it was then
     */
    public LockedJar install(String typed, PluginFolder folder, Consumer<PluginJar> check) {
        try (Fetched fetched = Fetched.of(Origin.parse(typed, repository), sha256, Download.USUAL)) {
            PluginJar jar = PluginJar.read(fetched.file());
            check.accept(jar);
            return folder.install(jar, fetched.from(), replaces, needsSignature);
        }
    }
}
