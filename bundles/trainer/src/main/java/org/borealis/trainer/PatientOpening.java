package org.borealis.trainer;

import java.time.Duration;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Section;

/**
 * Opens a plug-in; where it has to be waited for, says so, and lets Ctrl-C end the wait.
 *
 * @param patience how long to wait for a plug-in that is not installed
 */
record PatientOpening(RunContext context, Duration patience, PluginVersions versions) {

    /** @param place in the recipe, such as {@code optimizer.groups.0} */
    <T> Choice<T> open(Contract<T> contract, String place, Section section) {
        var plugins = context.engine().plugins();
        var wanted = versions.origins().get(place);
        if (wanted != null
                && (versions.areStrict()
                        || plugins.origins(contract, section.name()).contains(wanted))) {
            return plugins.open(contract, section, wanted);
        }
        if (patience.isZero() || plugins.names(contract).contains(section.name())) {
            return plugins.open(contract, section, patience);
        }
        context.display()
                .line("waiting for " + contract.section() + " '" + section.name()
                        + "': drop its bundle into plugins/ (installed: " + String.join(", ", plugins.names(contract))
                        + ")");
        var wait = new Wait(Thread.currentThread());
        context.engine().interruption().onRequest(wait::end);
        try {
            return plugins.open(contract, section, patience);
        } finally {
            wait.over();
        }
    }

    /** A thread that may be interrupted, until it goes on to things that an interrupt would break, such as writing files. */
    private static final class Wait {
        private final Thread thread;
        private boolean isOver;

        Wait(Thread thread) {
            this.thread = thread;
        }

        synchronized void end() {
            if (!isOver) {
                thread.interrupt();
            }
        }

        synchronized void over() {
            isOver = true;
            Thread.interrupted();
        }
    }
}
