package org.borealis.benchmarks.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.benchmarks.Size;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Backend;
import org.borealis.device.Compiler.Job;
import org.borealis.device.Device;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Team;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
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
    private final double gigabits;

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
        this.gigabits = gigabits;
    }

    /** Prints a line for each stage of ZeRO. */
    void print() {
        System.out.printf(Locale.ROOT, "%s, %s, %.1f Gbit/s each way%n", size.name(), backend, gigabits);
        Table.head(
                "stage of ZeRO",
                "computing, s",
                "on the wire, s",
                "operations",
                "together, s",
                "could be hidden",
                "hidden",
                "least to greatest");
        for (int zero : List.of(0, 1, 2, 3)) {
            var all = measured(zero);
            var sorted = all.stream()
                    .sorted((a, b) -> Double.compare(a.hidden(), b.hidden()))
                    .toList();
            var median = sorted.get(sorted.size() / 2);
            Table.row(
                    "%d|%.3f|%.3f|%d|%.3f|%.0f %%|%.0f %%|%s",
                    zero,
                    median.computed(),
                    median.wire(),
                    median.operations(),
                    median.passed(),
                    100 * Math.min(1, median.computed() / median.wire()),
                    100 * median.hidden(),
                    String.format(
                            Locale.ROOT,
                            "%.0f %% to %.0f %%",
                            100 * sorted.getFirst().hidden(),
                            100 * sorted.getLast().hidden()));
        }
    }

    private List<Turn> measured(int zero) {
        var compiler = new ProgramCompiler();
        Backend unused = () -> BackendLoader.open(backend, ONE_THREAD);
        var trial = new SpreadTrial(compiler, unused, new ThreadCollectives(), size.model(), DataType.FLOAT32, 1);
        var program = compiler.partition(trial.gradients(), Layout.data(MESH.size(), zero, false), trial.computing());
        return RankThreads.run(MESH.size(), seat -> rank(seat, program)).getFirst();
    }

    private List<Turn> rank(Seat seat, Program program) {
        var wire = new Wire(seat.collectives(), gigabits * 1e9 / 8, LATENCY_SECONDS);
        try (var world = wire.join(seat.rendezvous(0));
                Device device = BackendLoader.open(backend, ONE_THREAD)) {
            var team = Team.of(MESH, world);
            var job = new Job(program, Map.of());
            try (var executable =
                    new ProgramCompiler().compile(device, List.of(job), team).getFirst()) {
                executable.run();
                var all = new ArrayList<Turn>();
                for (int turn = 0; turn < turns; turn++) {
                    wire.reset();
                    executable.run();
                    device.finish();
                    all.add(new Turn(wire.computed(), wire.passed(), wire.busy(), wire.operations()));
                }
                return all;
            }
        }
    }
}
