package org.borealis.benchmarks.parallel;

import java.util.Locale;
import java.util.Map;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.benchmarks.Borealis;
import org.borealis.benchmarks.Size;
import org.borealis.device.Rematerialisation;
import org.borealis.tensor.DataType;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;

/**
 * How much of the time that processes talk is hidden behind computing: the same step, turn by turn, with operations waited for when
 * their results are needed, and as soon as they have begun.
 */
final class GlooOverlap {
    static final int RANKS = 2;
    /** One for every stage of ZeRO. */
    static final int MEETINGS = 4;

    private static final Map<String, Object> ONE_THREAD = Map.of("threads", 1);

    private final String backend;
    private final Size size;
    private final int turns;

    GlooOverlap(String backend, Size size, int turns) {
        this.backend = backend;
        this.size = size;
        this.turns = turns;
    }

    /** One of the ranks. */
    void measure(Seat seat) {
        if (seat.isFirst()) {
            System.out.printf("%s, %d x %d tokens a rank, %s%n", size.name(), size.rows(), size.sequence(), backend);
            Table.head(
                    "stage of ZeRO, 2 processes",
                    "operations",
                    "sent, MB",
                    "step waiting at once, s",
                    "of it for others, s",
                    "step overlapped, s",
                    "of it for others, s",
                    "hidden",
                    "least to greatest",
                    "time ratio");
        }
        for (int zero = 0; zero <= 3; zero++) {
            measure(seat, zero);
        }
    }

    private void measure(Seat seat, int zero) {
        var meter = new Meter(seat.collectives());
        try (var ranks = seat.join(zero, meter, Layout.data(RANKS, zero, false));
                var device = BackendLoader.open(backend, ONE_THREAD);
                var step = new Borealis(
                        "overlap",
                        device,
                        size,
                        new StepPlan(
                                size.rows(),
                                1,
                                new Precision(DataType.FLOAT32),
                                new Rematerialisation.None(),
                                ranks))) {
            var seconds = new double[2][turns];
            var held = new double[2][turns];
            step.step();
            for (int turn = 0; turn < turns; turn++) {
                for (int way = 0; way < 2; way++) {
                    meter.waitAtOnce(way == 0);
                    ranks.meet();
                    meter.reset();
                    long begun = System.nanoTime();
                    step.step();
                    seconds[way][turn] = (System.nanoTime() - begun) / 1e9;
                    held[way][turn] = meter.heldSeconds();
                }
            }
            if (seat.isFirst()) {
                print(zero, meter, seconds, held);
            }
        }
    }

    private void print(int zero, Meter meter, double[][] seconds, double[][] held) {
        var hidden = new double[turns];
        for (int turn = 0; turn < turns; turn++) {
            hidden[turn] = 1 - held[1][turn] / held[0][turn];
        }
        var shares = new Turns(hidden);
        Table.row(
                "%d|%d|%.1f|%.3f|%.3f|%.3f|%.3f|%.0f %%|%s|%.2f",
                zero,
                meter.operations(),
                meter.sentBytes() / 1e6,
                new Turns(seconds[0]).median(),
                new Turns(held[0]).median(),
                new Turns(seconds[1]).median(),
                new Turns(held[1]).median(),
                100 * shares.median(),
                String.format(Locale.ROOT, "%.0f %% to %.0f %%", 100 * shares.least(), 100 * shares.greatest()),
                new Turns(seconds[1]).median() / new Turns(seconds[0]).median());
    }
}
