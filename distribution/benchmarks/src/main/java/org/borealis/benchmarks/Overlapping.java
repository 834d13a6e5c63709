package org.borealis.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Backend;
import org.borealis.device.Compiler.Job;
import org.borealis.device.Device;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Spread;
import org.borealis.parallel.Team;
import org.borealis.parallel.data.DataParallel;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.testkit.Settings;
import org.borealis.testkit.SpreadTrial;

/**
 * How much of the time that ranks talk is hidden behind computing: two ranks, as threads, add up the gradients of a sequence each over
 * a wire.
 */
final class Overlapping {
    private static final Mesh MESH = Mesh.parse("data=2");
    private static final double LATENCY_SECONDS = 50e-6; // of a message over Ethernet
    private static final Map<String, Object> ONE_THREAD = Map.of("threads", 1); // whose time counts

    private final String backend;
    private final Size size;
    private final int turns;
    private final Wire wire;

    /** What a run took, in seconds. */
    private record Turn(double computed, double passed, double wire, int operations) {
        /** The share of the wire's time for which nobody waited. */
        double hidden() {
            return (computed + wire - passed) / wire;
        }
    }

    /** @param gigabits that the wire carries in a second */
    Overlapping(String backend, Size size, int turns, double gigabits) {
        this.backend = backend;
        this.size = size;
        this.turns = turns;
        wire = new Wire(new ThreadCollectives(), gigabits * 1e9 / 8, LATENCY_SECONDS);
    }

    /** Prints a line for each stage of ZeRO. */
    void print() {
        for (int zero : List.of(0, 1, 2, 3)) {
            var all = measured(zero);
            var sorted = all.stream()
                    .sorted((a, b) -> Double.compare(a.hidden(), b.hidden()))
                    .toList();
            var median = sorted.get(sorted.size() / 2);
            System.out.printf(
                    Locale.ROOT,
                    "zero %d: %.3f s computing, %.3f s on the wire in %d operations, %.3f s together:"
                            + " %.0f%% hidden (%.0f%% to %.0f%%)%n",
                    zero,
                    median.computed(),
                    median.wire(),
                    median.operations(),
                    median.passed(),
                    100 * median.hidden(),
                    100 * sorted.getFirst().hidden(),
                    100 * sorted.getLast().hidden());
        }
    }

    private List<Turn> measured(int zero) {
        var compiler = new ProgramCompiler();
        Backend unused = () -> BackendLoader.open(backend, ONE_THREAD);
        var trial = new SpreadTrial(compiler, unused, wire, size.model(), DataType.FLOAT32, 1);
        var strategy = new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", zero)));
        var spread = new Spread(MESH, Map.of("data", strategy), false);
        var program = compiler.partition(trial.gradients(), spread, trial.computing());
        var ranks = new ArrayList<FutureTask<List<Turn>>>();
        for (int rank = 0; rank < MESH.size(); rank++) {
            var rendezvous = new Rendezvous("wire:1", rank, MESH.size(), Duration.ofMinutes(5));
            var task = new FutureTask<>(() -> rank(rendezvous, program));
            ranks.add(task);
            Thread.ofPlatform().name("rank " + rank).start(task);
        }
        try {
            ranks.getLast().get();
            return ranks.getFirst().get();
        } catch (ExecutionException | InterruptedException e) {
            throw new BorealisException("benchmark", "a rank failed: " + e, e);
        }
    }

    private List<Turn> rank(Rendezvous rendezvous, Program program) {
        try (var line = wire.join(rendezvous);
                Device device = BackendLoader.open(backend, ONE_THREAD)) {
            var team = Team.of(MESH, line);
            var job = new Job(program, Map.of());
            try (var executable =
                    new ProgramCompiler().compile(device, List.of(job), team).getFirst()) {
                executable.run();
                var all = new ArrayList<Turn>();
                for (int turn = 0; turn < turns; turn++) {
                    line.reset();
                    executable.run();
                    device.finish();
                    all.add(new Turn(line.computed(), line.passed(), line.busy(), line.operations()));
                }
                return all;
            }
        }
    }
}
