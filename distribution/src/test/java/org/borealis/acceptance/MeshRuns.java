package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs of small models on meshes; each layout is trained once. */
final class MeshRuns {
    static final int STEPS = 20;
    static final int HALF = STEPS / 2;

    private static final Map<String, String> MODELS = Map.of(
            "gpt",
            "{family: gpt, layers: 2, hidden: 32, heads: 4, sequence: 16}",
            "llama",
            "{family: llama, layers: 2, hidden: 32, heads: 4, keyValueHeads: 2, sequence: 16}",
            "mixture",
            "{family: llama, layers: 2, hidden: 32, heads: 4, feedForward: 32, experts: 4, sequence: 16}");
    /** Four micro-batches of given size, which up to four ranks can share. */
    private static final List<String> COMMON = List.of(
            "batch.micro=2", "steps=" + STEPS, "evaluate.every=" + HALF, "checkpoint.every=" + HALF, "timeout=60");

    private final Workplace work;
    private final Map<Layout, RunFiles> trained = new HashMap<>();

    MeshRuns(Workplace work) {
        this.work = work;
    }

    /**
     * How a run is spread.
     *
     * @param model gpt, llama or mixture
     * @param mesh empty for one process
     * @param more further settings, such as {@code parallel=[data.zero=3]}
     */
    record Layout(String model, String mesh, List<String> more) {
        static Layout of(String model, String mesh, String... more) {
            return new Layout(model, mesh, List.of(more));
        }

        /** By the same backend. */
        Layout onOneRank() {
            return new Layout(
                    model,
                    "",
                    more.stream().filter(each -> each.startsWith("backend=")).toList());
        }

        private String name() {
            return String.join(" ", model, mesh, Integer.toHexString(more.hashCode()))
                    .replaceAll("[^a-z0-9]+", "-");
        }

        private List<String> words(String run) {
            var settings = new ArrayList<>(List.of("name=" + run, "model=" + MODELS.get(model)));
            settings.addAll(COMMON);
            if (!mesh.isEmpty()) {
                settings.add("mesh=" + mesh);
            }
            settings.addAll(more);
            var words = new ArrayList<>(List.of(mesh.isEmpty() ? "train" : "launch", "tiny.yaml"));
            settings.forEach(setting -> words.addAll(List.of("--set", setting)));
            return words;
        }
    }

    /** The run of a layout, to its end. */
    RunFiles trained(Layout layout) throws Exception {
        if (!trained.containsKey(layout)) {
            start(layout, layout.name()).succeeded();
            trained.put(layout, work.run(layout.name()));
        }
        return trained.get(layout);
    }

    /** A run that was killed in the middle, and went on in another layout. */
    RunFiles movedInTheMiddle(Layout from, Layout to) throws Exception {
        var moved = work.run(from.name() + "-then-" + to.name());
        trained(from).copyTo(moved);
        moved.forgetCheckpointsAfter(HALF);
        var ended = start(to, moved.folder().getFileName().toString()).succeeded();
        assertTrue(ended.out().contains("resuming from step " + HALF), ended::toString);
        assertTrue(
                ended.out()
                        .lines()
                        .anyMatch(line -> line.contains("changed since the run began: ") && line.contains("mesh")),
                ended::toString);
        return moved;
    }

    private Workplace.Ended start(Layout layout, String run) throws Exception {
        return work.borealis(layout.words(run).toArray(String[]::new));
    }
}
