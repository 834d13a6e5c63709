package org.borealis.benchmarks.parallel;

import java.util.Locale;
import java.util.Map;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.benchmarks.Borealis;
import org.borealis.benchmarks.Size;
import org.borealis.device.Rematerialisation;
import org.borealis.tensor.DataType;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;

/** What sums in the order of the batches cost: steps with {@code reduction: exact} and {@code fast}, turn by turn in the same ranks. */
final class ExactCost {
    static final int RANKS = 2;
    /** One each for fast and exact, of every stage of ZeRO. */
    static final int MEETINGS = 8;

    private static final int MICRO = 4;
    private static final Map<String, Object> ONE_THREAD = Map.of("threads", 1);

    private final String backend;
    private final Size size;
    private final int turns;

    ExactCost(String backend, Size size, int turns) {
        this.backend = backend;
        this.size = size;
        this.turns = turns;
    }

    /** A rank's step of either kind. */
    private record Kind(Ranks ranks, Meter meter, Borealis step, double[] seconds, double[] bytes) {
        void turn(int turn) {
            ranks.meet();
            meter.reset();
            long begun = System.nanoTime();
            step.step();
            seconds[turn] = (System.nanoTime() - begun) / 1e9;
            bytes[turn] = meter.sentBytes();
        }

        double median() {
            return new Turns(seconds).median();
        }
    }

    static void head(String ranks) {
        Table.head(
                "stage of ZeRO, 2 " + ranks,
                "fast, s",
                "exact, s",
                "exact / fast",
                "least to greatest",
                "fast sends, MB",
                "exact sends, MB",
                "ratio");
    }

    /** One of the ranks. */
    void measure(Seat seat) {
        for (int zero = 0; zero <= 3; zero++) {
            measure(seat, zero);
        }
    }

    private void measure(Seat seat, int zero) {
        var meters = new Meter[] {new Meter(seat.collectives()), new Meter(seat.collectives())};
        try (var fastRanks = seat.join(2 * zero, meters[0], Layout.data(RANKS, zero, false));
                var exactRanks = seat.join(2 * zero + 1, meters[1], Layout.data(RANKS, zero, true));
                var device = BackendLoader.open(backend, ONE_THREAD);
                var fastStep = new Borealis("fast", device, size, plan(fastRanks));
                var exactStep = new Borealis("exact", device, size, plan(exactRanks))) {
            var fast = new Kind(fastRanks, meters[0], fastStep, new double[turns], new double[turns]);
            var exact = new Kind(exactRanks, meters[1], exactStep, new double[turns], new double[turns]);
            fast.turn(0);
            exact.turn(0);
            var ratios = new double[turns];
            for (int turn = 0; turn < turns; turn++) {
                fast.turn(turn);
                exact.turn(turn);
                ratios[turn] = exact.seconds()[turn] / fast.seconds()[turn];
            }
            if (seat.isFirst()) {
                print(zero, fast, exact, new Turns(ratios));
            }
        }
    }

    private StepPlan plan(Ranks ranks) {
        return new StepPlan(size.rows(), MICRO, new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks);
    }

    private static void print(int zero, Kind fast, Kind exact, Turns ratios) {
        double fastBytes = fast.bytes()[0];
        double exactBytes = exact.bytes()[0];
        Table.row(
                "%d|%.3f|%.3f|%.2f|%s|%.1f|%.1f|%.2f",
                zero,
                fast.median(),
                exact.median(),
                ratios.median(),
                String.format(Locale.ROOT, "%.2f to %.2f", ratios.least(), ratios.greatest()),
                fastBytes / 1e6,
                exactBytes / 1e6,
                exactBytes / fastBytes);
    }
}
