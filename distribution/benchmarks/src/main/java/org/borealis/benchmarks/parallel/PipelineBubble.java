package org.borealis.benchmarks.parallel;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.benchmarks.Borealis;
import org.borealis.benchmarks.Size;
import org.borealis.device.Rematerialisation;
import org.borealis.tensor.DataType;
import org.borealis.trainer.pipeline.PipelineModel;
import org.borealis.trainer.pipeline.PipelineStep;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TrainState;

/**
 * The share of a step for which a stage of a pipeline waits: measured with two stages, as threads with a thread of computing each; and
 * with more stages, on paper, by the times that actions took.
 */
final class PipelineBubble {
    private static final int STAGES = 2;
    private static final Size SIZE = new Size("llama-7m", "llama", 8, 256, 4, 4, 704, 256, 256, 1);
    private static final Map<String, Object> ONE_THREAD = Map.of("threads", 1);
    private static final int WARM_UPS = 2;

    private final String backend;
    private final int turns;

    PipelineBubble(String backend, int turns) {
        this.backend = backend;
        this.turns = turns;
    }

    /** One rank's step, by the clock that all share. */
    private record Turn(long begun, long ended, double waited, List<Double> runs) {
        double busy() {
            return runs.stream().mapToDouble(each -> each).sum();
        }
    }

    void print() {
        System.out.printf("%s, micro-batches of 1 x %d tokens, %s%n", SIZE.name(), SIZE.sequence(), backend);
        var known = new EnumMap<Order, ActionTimes>(Order.class);
        Table.head(
                "schedule, 2 stages",
                "micro-batches",
                "formula",
                "of the actions' times",
                "measured",
                "least to greatest",
                "computing, stage 0 and 1");
        for (var order : Order.values()) {
            var times = new ActionTimes(order, STAGES);
            for (int batches : List.of(4, 8)) {
                measure(order, batches, times);
            }
            known.put(order, times);
        }
        Table.head("schedule, simulated", "stages", "micro-batches", "formula", "of the actions' times");
        known.forEach((order, times) -> {
            for (int stages : List.of(4, 8)) {
                for (int batches : List.of(2 * stages, 4 * stages)) {
                    Table.row(
                            "%s|%d|%d|%.1f %%|%.1f %%",
                            order.label(),
                            stages,
                            batches,
                            100 * order.formula(stages, batches),
                            100 * times.simulated(stages, batches));
                }
            }
        });
    }

    /** Prints a line. */
    private void measure(Order order, int batches, ActionTimes times) {
        var ranks = RankThreads.run(STAGES, seat -> rank(seat, order, batches));
        var idle = new double[turns];
        var busy = new double[STAGES][turns];
        for (int turn = 0; turn < turns; turn++) {
            int at = turn;
            var all = ranks.stream().map(rank -> rank.get(at)).toList();
            long begun = all.stream().mapToLong(Turn::begun).min().orElseThrow();
            long ended = all.stream().mapToLong(Turn::ended).max().orElseThrow();
            double seconds = (ended - begun) / 1e9;
            for (int stage = 0; stage < STAGES; stage++) {
                var own = all.get(stage);
                double outside = (own.begun() - begun + ended - own.ended()) / 1e9;
                idle[turn] += (own.waited() + outside) / seconds / STAGES;
                busy[stage][turn] = own.busy() / seconds;
                times.add(stage, batches, own.runs());
            }
        }
        var measured = new Turns(idle);
        Table.row(
                "%s|%d|%.1f %%|%.1f %%|%.1f %%|%s|%s",
                order.label(),
                batches,
                100 * order.formula(STAGES, batches),
                100 * times.replayed(batches),
                100 * measured.median(),
                percent(measured.least()) + " to " + percent(measured.greatest()),
                percent(new Turns(busy[0]).median()) + ", " + percent(new Turns(busy[1]).median()));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private List<Turn> rank(Seat seat, Order order, int batches) {
        var meter = new Meter(seat.collectives());
        var watched = new WatchedCompiler(() -> {});
        var compiler = watched.compiler();
        var model = SIZE.model();
        var optimizer = Borealis.optimizer();
        try (var ranks = seat.join(0, meter, Layout.of("pipeline=" + STAGES, Map.of(), false));
                var device = BackendLoader.open(backend, ONE_THREAD)) {
            var plan = new StepPlan(
                    SIZE.rows(), batches, new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks);
            var parts = PipelineModel.of(compiler, model, plan, order.chunks());
            var keeping = parts.keeping(ranks);
            try (var state = new TrainState(device, DataType.FLOAT32, model.parameters(), optimizer, ranks, keeping);
                    var step = new PipelineStep(compiler, device, optimizer, state, plan, parts, order.schedule())) {
                state.initialise(1);
                var all = new ArrayList<Turn>();
                for (int turn = 0; turn < WARM_UPS + turns; turn++) {
                    all.add(turn(step, ranks, meter, watched, batches));
                }
                return all.subList(WARM_UPS, all.size());
            }
        }
    }

    private static Turn turn(PipelineStep step, Ranks ranks, Meter meter, WatchedCompiler watched, int batches) {
        var batch = SIZE.batch();
        ranks.meet();
        meter.reset();
        watched.takeRuns();
        long begun = System.nanoTime();
        step.begin(batches);
        for (int i = 0; i < batches; i++) {
            step.accumulate(batch);
        }
        return new Turn(begun, System.nanoTime(), meter.heldSeconds(), watched.takeRuns());
    }
}
