package org.borealis.trainer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.borealis.train.RunEvent;
import org.borealis.trainer.run.Events;
import org.borealis.trainer.run.TrackerFeed;

/** Writes what happens in a run into its file of events, and passes it on to the trackers; the first rank does so for all. */
final class Recorder implements AutoCloseable {
    private final Optional<Events> events;
    private final Optional<TrackerFeed> trackers;

    /** @param step after which whatever the file holds is forgotten: it is going to happen again */
    Recorder(RunContext context, long step) {
        if (!context.ranks().isFirst()) {
            events = Optional.empty();
            trackers = Optional.empty();
            return;
        }
        var folder = context.folder();
        Events.truncate(folder.events(), step);
        events = Optional.of(Events.append(folder.events()));
        trackers = Optional.of(new TrackerFeed(
                context.extensions().trackers(), context.settings().name(), folder.path()));
    }

    /** Records an event at a step. */
    void record(String event, long step, Map<String, Object> values) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("step", step);
        fields.putAll(values);
        var made = new RunEvent(event, fields);
        events.ifPresent(file -> file.write(made));
        trackers.ifPresent(feed -> feed.accept(made));
    }

    /** Waits until the file is on the disk. */
    void force() {
        events.ifPresent(Events::force);
    }

    @Override
    public void close() {
        trackers.ifPresent(TrackerFeed::close);
        events.ifPresent(Events::close);
    }
}
