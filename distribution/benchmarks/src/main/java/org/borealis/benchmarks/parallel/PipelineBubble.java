package org.borealis.benchmarks.parallel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.benchmarks.Borealis;
import org.borealis.benchmarks.Size;
import org.borealis.device.Rematerialisation;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.parallel.PipelineSchedule.Action;
import org.borealis.parallel.PipelineSchedule.Backward;
import org.borealis.parallel.PipelineSchedule.BackwardInput;
import org.borealis.parallel.PipelineSchedule.BackwardWeight;
import org.borealis.parallel.PipelineSchedule.Forward;
import org.borealis.pipeline.schedules.GPipe;
import org.borealis.pipeline.schedules.Interleaved;
import org.borealis.pipeline.schedules.OneForwardOneBackward;
import org.borealis.pipeline.schedules.ZeroBubble;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.testkit.PipelineClock;
import org.borealis.trainer.pipeline.PipelineModel;
import org.borealis.trainer.pipeline.PipelineStep;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/**
 * The share of a step for which a stage of a pipeline waits: measured with two stages, as threads with a thread of computing each; and
 * with more stages, on paper, by the times that actions took.
 */
final class PipelineBubble {
    private static final int STAGES = 2;
    private static final Size SIZE = new Size("llama-7m", "llama", 8, 256, 4, 4, 704, 256, 256, 1);
    private static final Map<String, Object> ONE_THREAD = Map.of("threads", 1);
    private static final int WARM_UPS = 2;

    private static final Map<String, PipelineSchedule> SCHEDULES = schedules();

    private final String backend;
    private final int turns;

    PipelineBubble(String backend, int turns) {
        this.backend = backend;
        this.turns = turns;
    }

    private static Map<String, PipelineSchedule> schedules() {
        var schedules = new LinkedHashMap<String, PipelineSchedule>();
        schedules.put("gpipe", new GPipe());
        schedules.put("1f1b", new OneForwardOneBackward());
        schedules.put("interleaved", new Interleaved());
        schedules.put("zero-bubble", new ZeroBubble());
        return schedules;
    }

    private static int chunks(String schedule) {
        return schedule.equals("interleaved") ? 2 : 1;
    }

    /** Of equal stages, gradients of inputs and of weights taking as long as a forward pass each. */
    private static double formula(String schedule, int stages, int batches) {
        double more = stages - 1.0;
        return switch (schedule) {
            case "interleaved" -> more / (chunks(schedule) * batches + more); // Narayanan et al. 2021
            case "zero-bubble" -> more / (3 * batches + more); // Qi et al. 2023, table 1
            default -> more / (batches + more);
        };
    }

    /** One rank's step, by the clock that all share. */
    private record Turn(long begun, long ended, double waited, List<Double> runs) {
        double busy() {
            return runs.stream().mapToDouble(each -> each).sum();
        }
    }

    /** Seconds of an action on a stage, the mean of all that were measured. */
    private record Costs(Map<Integer, Map<Class<?>, double[]>> sums) {
        Costs() {
            this(new LinkedHashMap<>());
        }

        void add(int stage, Class<?> kind, double seconds) {
            var sum = sums.computeIfAbsent(stage, key -> new LinkedHashMap<>())
                    .computeIfAbsent(kind, key -> new double[2]);
            sum[0] += seconds;
            sum[1]++;
        }

        double of(int stage, Class<?> kind) {
            var sum = sums.getOrDefault(stage, Map.of()).getOrDefault(kind, new double[] {0, 1});
            return sum[0] / sum[1];
        }
    }

    void print() {
        System.out.printf("%s, micro-batches of 1 x %d tokens, %s%n", SIZE.name(), SIZE.sequence(), backend);
        var known = new LinkedHashMap<String, Costs>();
        Table.head(
                "schedule, 2 stages",
                "micro-batches",
                "formula",
                "of the actions' times",
                "measured",
                "least to greatest",
                "computing, stage 0 and 1");
        for (var schedule : SCHEDULES.keySet()) {
            for (int batches : List.of(4, 8)) {
                known.put(schedule, measure(schedule, batches));
            }
        }
        Table.head("schedule, simulated", "stages", "micro-batches", "formula", "of the actions' times");
        for (var schedule : SCHEDULES.keySet()) {
            for (int stages : List.of(4, 8)) {
                for (int batches : List.of(2 * stages, 4 * stages)) {
                    Table.row(
                            "%s|%d|%d|%.1f %%|%.1f %%",
                            schedule,
                            stages,
                            batches,
                            100 * formula(schedule, stages, batches),
                            100 * simulated(schedule, stages, batches, known.getOrDefault(schedule, new Costs())));
                }
            }
        }
    }

    /** Prints a line; gives what actions took. */
    private Costs measure(String schedule, int batches) {
        var ranks = RankThreads.run(STAGES, seat -> rank(seat, schedule, batches));
        var idle = new double[turns];
        var busy = new double[STAGES][turns];
        var costs = new Costs();
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
                count(schedule, batches, stage, own.runs(), costs);
            }
        }
        var measured = new Turns(idle);
        Table.row(
                "%s|%d|%.1f %%|%.1f %%|%.1f %%|%s|%s",
                schedule,
                batches,
                100 * formula(schedule, STAGES, batches),
                100 * replayed(schedule, batches, costs),
                100 * measured.median(),
                percent(measured.least()) + " to " + percent(measured.greatest()),
                percent(new Turns(busy[0]).median()) + ", " + percent(new Turns(busy[1]).median()));
        return costs;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private List<Turn> rank(Seat seat, String schedule, int batches) {
        var meter = new Meter(seat.collectives());
        var watched = new WatchedCompiler(() -> {});
        var compiler = watched.compiler();
        var model = SIZE.model();
        var optimizer = Borealis.optimizer();
        try (var ranks = seat.join(0, meter, Layout.of("pipeline=" + STAGES, Map.of(), false));
                var device = BackendLoader.open(backend, ONE_THREAD)) {
            var plan = new TrainStep.Plan(
                    SIZE.rows(), batches, new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks);
            var parts = PipelineModel.of(compiler, model, plan, chunks(schedule));
            var keeping = parts.keeping(ranks.team().group(PipelineModel.AXIS));
            var order = SCHEDULES.getOrDefault(schedule, new GPipe());
            try (var state = new TrainState(device, DataType.FLOAT32, model.parameters(), optimizer, ranks, keeping);
                    var step = new PipelineStep(compiler, device, optimizer, state, plan, parts, order)) {
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
        step.begin();
        for (int i = 0; i < batches; i++) {
            step.accumulate(batch);
        }
        return new Turn(begun, System.nanoTime(), meter.heldSeconds(), watched.takeRuns());
    }

    private static List<Action> actions(String schedule, int stage, int batches) {
        return SCHEDULES.getOrDefault(schedule, new GPipe()).actions(stage, STAGES, chunks(schedule), batches).stream()
                .filter(action -> !isNothing(action, stage, STAGES))
                .toList();
    }

    /** The first part has no input whose gradient anybody waits for. */
    private static boolean isNothing(Action action, int stage, int stages) {
        return action instanceof BackwardInput && action.part(stage, stages) == 0;
    }

    private static void count(String schedule, int batches, int stage, List<Double> runs, Costs costs) {
        var actions = actions(schedule, stage, batches);
        if (runs.size() < actions.size()) {
            throw new BorealisException(
                    "benchmark",
                    schedule + ", stage " + stage + ": " + runs.size() + " programs ran for " + actions.size()
                            + " actions");
        }
        for (int i = 0; i < actions.size(); i++) {
            costs.add(stage, actions.get(i).getClass(), runs.get(i));
        }
    }

    /** What the schedule would be idle if messages took no time and every action its mean. */
    private static double replayed(String schedule, int batches, Costs costs) {
        return PipelineClock.idleShare(
                SCHEDULES.getOrDefault(schedule, new GPipe()),
                STAGES,
                chunks(schedule),
                batches,
                (stage, action) -> costs.of(stage, action.getClass()));
    }

    /** All stages take what the last one took, and the first one computes all its gradients at once. */
    private static double simulated(String schedule, int stages, int batches, Costs costs) {
        ToDoubleFunction<Class<?>> last = kind -> costs.of(STAGES - 1, kind);
        return PipelineClock.idleShare(
                SCHEDULES.getOrDefault(schedule, new GPipe()), stages, chunks(schedule), batches, (stage, action) -> {
                    boolean isFirst = action.part(stage, stages) == 0;
                    return switch (action) {
                        case Forward forward -> last.applyAsDouble(Forward.class);
                        case Backward backward -> last.applyAsDouble(Backward.class);
                        case BackwardInput input -> isFirst ? 0 : last.applyAsDouble(BackwardInput.class);
                        case BackwardWeight weight ->
                            last.applyAsDouble(BackwardWeight.class)
                                    + (isFirst ? last.applyAsDouble(BackwardInput.class) : 0);
                    };
                });
    }
}
