package org.borealis.benchmarks.optimizers;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.borealis.benchmarks.Borealis;
import org.borealis.benchmarks.Size;
import org.borealis.benchmarks.parallel.Table;
import org.borealis.benchmarks.parallel.Turns;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;

/**
 * What updates cost that look at matrices: time of each kind of update of a model's parameters, beside that of a whole training step.
 *
 * @param name of the device
 */
public record MatrixCost(String name, Device device, Size size, int turns) {
    /** Of the steps that only have to make gradients. */
    private static final int TOKENS = 16;
    /** Updates that take longer are timed once. */
    private static final double LONG_SECONDS = 5;
    /** Of these many updates, each kind has its share. */
    private static final long RUN = 1000;

    /** Prints a table. */
    public void print() {
        double step = step();
        Table.head("optimizer on " + name, "kind of update", "of 1,000 updates", "s", "of a step of " + size.name());
        Table.row("%s | %s | %s | %.3f | %s", "a whole step with adamw", "", "", step, "");
        var few = size.withRows(1).withSequence(TOKENS);
        var model = few.model();
        KnownOptimizers.ofMatrices(model.parameters()).forEach((optimizer, rule) -> {
            try (var updating = new Updating(device, model, rule, few.batch())) {
                print(optimizer, rule, model, updating, step);
            }
        });
    }

    /** Seconds of a whole step. */
    private double step() {
        var plan = new StepPlan(size.rows(), 1, new Precision(DataType.FLOAT32));
        try (var contender = new Borealis("step", device, size, plan)) {
            contender.step();
            return median(() -> {
                long start = System.nanoTime();
                contender.step();
                return (System.nanoTime() - start) / 1e9;
            });
        }
    }

    private void print(String optimizer, Optimizer rule, ModelFamily model, Updating updating, double step) {
        var counts = LongStream.rangeClosed(1, RUN)
                .boxed()
                .collect(Collectors.groupingBy(rule::kind, Collectors.counting()));
        double sum = 0;
        for (var kind : inOrder(rule, counts)) {
            long count = counts.getOrDefault(kind, 0L);
            double seconds = Double.NaN;
            if (Factorising.isOnHost(device, model, rule, kind)) {
                Table.row("%s | %s | %d | %s | %s", optimizer, kind, count, "in Java", "");
            } else {
                seconds = seconds(updating, first(rule, kind));
                row(optimizer, kind, count, seconds, step);
            }
            sum += count * seconds;
        }
        if (counts.size() > 1 && !Double.isNaN(sum)) {
            row(optimizer, "all", RUN, sum / RUN, step);
        }
    }

    private static void row(String optimizer, String kind, long count, double seconds, double step) {
        Table.row("%s | %s | %d | %.3f | %.1f %%", optimizer, kind, count, seconds, 100 * seconds / step);
    }

    /** Kinds in the order in which a run comes to them. */
    private static List<String> inOrder(Optimizer rule, Map<String, Long> counts) {
        return counts.keySet().stream()
                .sorted(Comparator.comparingLong(kind -> first(rule, kind)))
                .toList();
    }

    private static long first(Optimizer rule, String kind) {
        return LongStream.rangeClosed(1, RUN)
                .filter(number -> rule.kind(number).equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private double seconds(Updating updating, long number) {
        double first = updating.seconds(number);
        return first > LONG_SECONDS ? first : median(() -> updating.seconds(number));
    }

    private double median(DoubleSupplier seconds) {
        return new Turns(IntStream.range(0, turns)
                        .mapToDouble(_ -> seconds.getAsDouble())
                        .toArray())
                .median();
    }
}
