package org.borealis.trainer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.borealis.train.RunEvent;
import org.borealis.trainer.run.Events;
import org.borealis.trainer.run.TrackerFeed;

/** Writes what happens in a run into its file of events, and passes it on to the trackers. */
final class Recorder implements AutoCloseable {
    private final Events events;
    private final TrackerFeed trackers;

    /** @param step after which whatever the file holds is forgotten: it is going to happen again */
    Recorder(RunContext context, long step) {
        var folder = context.folder();
        Events.truncate(folder.events(), step);
        events = Events.append(folder.events());
        trackers = new TrackerFeed(
                context.extensions().trackers(), context.settings().name(), folder.path());
    }

    /** Records an event at a step. */
    void record(String event, long step, Map<String, Object> values) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("step", step);
        fields.putAll(values);
        var made = new RunEvent(event, fields);
        events.write(made);
        trackers.accept(made);
    }

    /** Waits until the file is on the disk. */
    void force() {
        events.force();
    }

    @Override
    public void close() {
        try (events) {
            trackers.close();
        }
    }
}
