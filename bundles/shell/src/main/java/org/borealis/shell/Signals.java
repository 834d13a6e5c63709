package org.borealis.shell;

import java.util.ArrayList;
import java.util.List;
import org.borealis.command.Interruption;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Turns Ctrl-C, SIGTERM and a lost terminal into a request to the command that runs. */
@Component
public final class Signals implements Interruption {
    private static final int SIGNAL_EXIT = 128; // POSIX shells: 128 + number of the signal

    private record Handled(Signal signal, SignalHandler before) {}

    private final List<Handled> handled = new ArrayList<>();
    private final List<Runnable> actions = new ArrayList<>();
    private volatile boolean requested;
    private volatile boolean trusted;

    @Activate
    public Signals() {
        for (String name : List.of("INT", "TERM", "HUP")) {
            try {
                var signal = new Signal(name);
                handled.add(new Handled(signal, Signal.handle(signal, this::arrived)));
            } catch (IllegalArgumentException e) {
                // Not a signal of this system, or the JVM was told to leave signals alone: its default stays.
            }
        }
    }

    @Deactivate
    void close() {
        for (Handled each : handled) {
            Signal.handle(each.signal, each.before);
        }
    }

    @Override
    public boolean requested() {
        trusted = true;
        return requested;
    }

    @Override
    public void onRequest(Runnable action) {
        trusted = true;
        synchronized (actions) {
            actions.add(action);
            if (!requested) {
                return;
            }
        }
        run(action);
    }

    private static void run(Runnable action) {
        Thread.ofPlatform().daemon().name("interruption").start(action);
    }

    private void arrived(Signal signal) {
        boolean again;
        List<Runnable> told;
        synchronized (actions) {
            again = requested;
            requested = true;
            told = List.copyOf(actions);
        }
        if (!trusted) {
            System.exit(SIGNAL_EXIT + signal.getNumber());
        } else if (!again) {
            if (signal.getName().equals("INT")) {
                System.err.println("\nborealis: ending as soon as all is saved; Ctrl-C again ends at once");
            }
            told.forEach(Signals::run);
        } else if (signal.getName().equals("INT")) {
            Runtime.getRuntime().halt(SIGNAL_EXIT + signal.getNumber());
        }
    }
}
