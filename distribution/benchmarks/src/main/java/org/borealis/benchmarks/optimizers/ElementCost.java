package org.borealis.benchmarks.optimizers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.benchmarks.Roofs;
import org.borealis.benchmarks.parallel.Table;
import org.borealis.benchmarks.parallel.Turns;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.TokenBatch;

/**
 * What updates cost that look at no matrix: time beside that of a copy of as many bytes.
 *
 * @param names of the devices
 */
public record ElementCost(List<String> names, List<Device> devices, int turns, Roofs roofs) {
    private static final OneMatrix MODEL = new OneMatrix(4096);
    private static final int LEAST_WARM_UPS = 3;
    /** After it loops have their machine code, those that are generated once they have run for a while, too. */
    private static final long WARM_UP_NANOS = 4_000_000_000L;

    /** Prints a table. */
    public void print() {
        Table.head(Stream.concat(
                        Stream.of("optimizer", "by elements", "bytes a parameter"),
                        names.stream().flatMap(name -> Stream.of(name + ", ms", "GB/s", "of the memory roof")))
                .toArray(String[]::new));
        KnownOptimizers.ofElements().forEach(this::print);
    }

    private void print(String name, Optimizer optimizer) {
        var matrix = MODEL.parameters().getFirst();
        double bytes = Updating.bytes(MODEL, optimizer);
        var cells = new ArrayList<Object>(List.of(
                name,
                optimizer.isElementwise(matrix) ? "yes" : "no",
                bytes / matrix.shape().elements()));
        for (var device : devices) {
            measure(device, optimizer, bytes, cells);
        }
        Table.row("%s | %s | %.2f" + " | %.1f | %.1f | %.0f %%".repeat(devices.size()), cells.toArray());
    }

    private void measure(Device device, Optimizer optimizer, double bytes, List<Object> cells) {
        try (var updating = new Updating(device, MODEL, optimizer, batch(MODEL))) {
            int number = 0;
            for (long end = System.nanoTime() + WARM_UP_NANOS; number < LEAST_WARM_UPS || System.nanoTime() < end; ) {
                updating.seconds(++number);
            }
            var rates = new double[turns];
            var shares = new double[turns];
            for (int turn = 0; turn < turns; turn++) {
                double roof = roofs.memory();
                rates[turn] = bytes / updating.seconds(++number);
                shares[turn] = rates[turn] / roof;
            }
            double rate = new Turns(rates).median();
            cells.addAll(List.of(1e3 * bytes / rate, rate / 1e9, 100 * new Turns(shares).median()));
        }
    }

    private static TokenBatch batch(ModelFamily model) {
        int sequence = model.sequence();
        var batch = new TokenBatch(1, sequence);
        batch.set(0, IntStream.rangeClosed(0, sequence).toArray(), sequence + 1);
        return batch;
    }
}
