package org.borealis.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.borealis.trainer.RunPlugins.Use;

/**
 * Sees, between two steps, that a plug-in of a run has been taken away, or that a newer version of it is there beside it. All ranks call
 * the same methods; they go over to a newer one together, once all have it.
 */
final class PluginWatch {
    private static final String FIELD = "\u001f"; // unit separator
    private static final String RECORD = "\u001e"; // record separator

    private final RunContext context;
    private final RunPlugins plugins;
    private final SwapTrial trial;
    private final Optional<Replay> replay;
    private final Set<String> refused;
    private final Map<String, String> tried = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private PluginVersions next;

    /**
     * What has become of the plug-in at a place.
     *
     * @param what the plug-in, for messages
     * @param origin of a newer one; empty if it has been taken away
     * @param refusal why the run can't go over to that; empty if it can
     */
    private record Sighting(String place, String what, String origin, String refusal) {
        boolean isLoss() {
            return origin.isEmpty();
        }

        boolean isOfSame(Sighting other) {
            return place.equals(other.place) && origin.equals(other.origin);
        }

        /** What to remember it by. */
        String key() {
            return place + " " + origin;
        }
    }

    /** @param refused {@link Sighting#key keys} of what the run has refused so far; grows */
    PluginWatch(RunContext context, RunPlugins plugins, SwapTrial trial, Set<String> refused, Optional<Replay> replay) {
        this.context = context;
        this.plugins = plugins;
        this.trial = trial;
        this.refused = refused;
        this.replay = replay;
        next = new PluginVersions(plugins.origins(), false);
    }

    /** The last step to be made, where the recipe would have the run go on until {@code steps}. */
    long last(long steps) {
        return replay.map(run -> Math.min(run.steps(), steps)).orElse(steps);
    }

    /** Whether there is something to settle; costs next to nothing. */
    boolean isStirred(long step) {
        return isReplayed(step)
                || plugins.uses().stream()
                        .anyMatch(use -> use.isGone() || !newer(use).isEmpty());
    }

    /** Whether the run that is replayed goes on with other plug-ins than these. */
    private boolean isReplayed(long step) {
        return replay.filter(run -> !run.lineage().at(step).equals(plugins.origins()))
                .isPresent();
    }

    /** The newest one that is installed and has not been refused; empty if there is none. */
    private String newer(Use use) {
        var own = use.choice().origin();
        var installed = context.engine()
                .plugins()
                .origins(use.contract(), use.choice().section().name());
        return replay.isPresent() || !installed.contains(own)
                ? ""
                : installed.stream()
                        .takeWhile(origin -> !origin.equals(own))
                        .filter(origin -> !refused.contains(use.place() + " " + origin))
                        .findFirst()
                        .orElse("");
    }

    /**
     * Settles it, with all ranks.
     *
     * @return why the run has to go on with the plug-ins of {@link #next}; empty if it goes on with those it has
     */
    Optional<String> settle(long step, Recorder recorder) {
        if (isReplayed(step)) {
            return Optional.of("the replayed run changed its plug-ins after step " + step);
        }
        var said = context.ranks().exchange(encoded(sightings())).stream()
                .map(PluginWatch::decoded)
                .toList();
        var lost = said.stream()
                .flatMap(List::stream)
                .filter(Sighting::isLoss)
                .collect(Collectors.toMap(Sighting::place, Sighting::what, (one, _) -> one, LinkedHashMap::new));
        return lost.isEmpty() ? goOver(said, step, recorder) : Optional.of(doWithout(lost));
    }

    /** Builds to go on with; of what was taken away whichever comes. */
    PluginVersions next() {
        return next;
    }

    private List<Sighting> sightings() {
        return plugins.uses().stream().flatMap(use -> sighting(use).stream()).toList();
    }

    private Optional<Sighting> sighting(Use use) {
        if (use.isGone()) {
            return Optional.of(new Sighting(use.place(), use.label(), "", ""));
        }
        var origin = newer(use);
        if (origin.isEmpty()) {
            return Optional.empty();
        }
        var refusal = tried.computeIfAbsent(
                use.place() + " " + origin, _ -> trial.refusal(use, origin).orElse(""));
        return Optional.of(new Sighting(use.place(), use.label(), origin, refusal));
    }

    private String doWithout(Map<String, String> lost) {
        var kept = new LinkedHashMap<>(plugins.origins());
        kept.keySet().removeAll(lost.keySet());
        next = new PluginVersions(kept, false);
        return String.join(", ", new LinkedHashSet<>(lost.values())) + " was taken away";
    }

    /** @param said by each rank */
    private Optional<String> goOver(List<List<Sighting>> said, long step, Recorder recorder) {
        var origins = new LinkedHashMap<>(plugins.origins());
        var news = new LinkedHashSet<String>();
        for (var first : said.getFirst()) {
            var each = said.stream()
                    .flatMap(all -> all.stream().filter(first::isOfSame))
                    .toList();
            var refusal = each.stream()
                    .map(Sighting::refusal)
                    .filter(why -> !why.isEmpty())
                    .findFirst();
            if (each.size() < said.size()) {
                tellOnce(first);
            } else if (refusal.isPresent()) {
                refuse(first, refusal.get(), step, recorder);
            } else {
                news.add(first.what() + " of " + first.origin() + " is installed");
                origins.put(first.place(), first.origin());
            }
        }
        next = new PluginVersions(origins, false);
        return news.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", news) + "; the run goes over to it");
    }

    private void tellOnce(Sighting seen) {
        if (told.add(seen.key())) {
            context.display()
                    .line(seen.what() + " of " + seen.origin()
                            + " is not on all ranks; the run goes over to it once it is");
        }
    }

    private void refuse(Sighting seen, String why, long step, Recorder recorder) {
        refused.add(seen.key());
        var text = seen.what() + " of " + seen.origin() + " is refused after step " + step + ": " + why
                + ". The run goes on with " + plugins.origins().get(seen.place());
        recorder.record("warning", step, Map.of("message", text));
        context.display().line(text);
    }

    private static byte[] encoded(List<Sighting> sightings) {
        return sightings.stream()
                .map(seen -> String.join(FIELD, seen.place(), seen.what(), seen.origin(), seen.refusal()))
                .collect(Collectors.joining(RECORD))
                .getBytes(UTF_8);
    }

    private static List<Sighting> decoded(byte[] said) {
        return Stream.of(new String(said, UTF_8).split(RECORD))
                .filter(record -> !record.isEmpty())
                .map(record -> record.split(FIELD, -1))
                .map(fields -> new Sighting(fields[0], fields[1], fields[2], fields[3]))
                .toList();
    }
}
