package org.borealis.recipe;

import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Finds installed plug-ins and makes configured ones; a service. */
@ProviderType
public interface Plugins {

    /** Names of installed plug-ins of a contract, sorted. */
    List<String> names(Contract<?> contract);

    /**
     * What a component declares that it can be given, in its order; nothing if it declares none. Of any component, also of those that
     * no recipe chooses.
     *
     * @param bundle id of the component's bundle; names alone don't tell two installed versions apart
     * @param component name of the component
     * @throws org.borealis.tensor.BorealisException with code {@code plugin-gone} if there is no such component, or no longer
     */
    List<DeclaredSetting> settings(long bundle, String component);

    /**
     * Makes a plug-in with these settings. Settings are checked against what it declares; missing ones get its defaults.
     *
     * @param patience how long to wait for a plug-in that is not installed; zero fails at once. Interrupting the thread ends the wait
     * @throws org.borealis.tensor.BorealisException naming what is missing and what is installed, or the setting that is wrong
     */
    <T> Choice<T> open(Contract<T> contract, Section section, Duration patience);

    /**
     * The bundles that have a plug-in of that name now, as {@link Choice#origin} tells them, in the order in which {@link #open} prefers
     * them: the newest version first. Cheap enough to be asked at every step of a run.
     */
    List<String> origins(Contract<?> contract, String name);

    /**
     * As {@link #open(Contract, Section, Duration)}, from one certain bundle.
     *
     * @param origin one of {@link #origins}
     * @throws org.borealis.tensor.BorealisException with code {@code plugin-missing} if that bundle is not there, or no longer
     */
    <T> Choice<T> open(Contract<T> contract, Section section, String origin);

    /** A plug-in in use; close it when the run ends. */
    @ProviderType
    interface Choice<T> extends AutoCloseable {
        /**
         * The plug-in.
         *
         * @throws org.borealis.tensor.BorealisException with code {@code plugin-gone} once its bundle has been stopped or removed
         */
        T service();

        /** The choice with all its settings, defaults included. */
        Section section();

        /**
         * The bundle that it comes from, for the run's lineage: name, version and in brackets the beginning of a SHA-256 over what it
         * holds, which differs where two builds have the same version. Once asked for it stays known.
         *
         * @throws org.borealis.tensor.BorealisException with code {@code plugin-gone} if it is first asked for after the plug-in went
         */
        String origin();

        @Override
        void close();
    }
}
