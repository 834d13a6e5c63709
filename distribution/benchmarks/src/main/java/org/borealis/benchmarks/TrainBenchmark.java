package org.borealis.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.backend.torch.TorchBackend;
import org.borealis.testkit.Settings;

/**
 * Times a training step beside libtorch's autograd, turn by turn in one JVM, and beside the machine's sgemm roof measured between the
 * turns. Arguments: size (gpt2-124m, gpt-25m, gpt-1m) and turns.
 */
public final class TrainBenchmark {
    private TrainBenchmark() {}

    private record Result(String name, double[] seconds, long bytes, double loss) {
        double median() {
            var sorted = seconds.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }

    /** Prints a table. */
    public static void main(String[] arguments) {
        var size = Size.of(arguments.length > 0 ? arguments[0] : "gpt2-124m");
        int turns = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        var tokens = size.randomTokens();
        var batch = size.batch();
        var device = new TorchBackend(Settings.of(TorchBackend.Config.class, Map.of())).open();
        try (device;
                var roof = new Roof(device)) {
            System.out.println(size + " on " + device.description());
            roof.measure();
            var roofs = new ArrayList<Double>();
            var results = new ArrayList<Result>();
            long before = Memory.now();
            Memory.resetPeak();
            var ours = new Borealis(device, size, batch);
            double loss = ours.step();
            long ourBytes = Memory.peak() - before;
            before = Memory.now();
            Memory.resetPeak();
            var peer = new Autograd(
                    size, Arrays.copyOf(tokens, size.tokens()), Arrays.copyOfRange(tokens, 1, size.tokens() + 1));
            double peerLoss = peer.step();
            long peerBytes = Memory.peak() - before;
            var times = time(List.of(ours, peer), turns, roof, roofs);
            results.add(new Result(ours.name(), times.get(0), ourBytes, loss));
            results.add(new Result(peer.name(), times.get(1), peerBytes, peerLoss));
            print(size, results, ours.flopsPerToken(), roofs);
            ours.close();
            peer.close();
        }
    }

    private static List<double[]> time(List<Contender> contenders, int turns, Roof roof, List<Double> roofs) {
        var times = List.of(new double[turns], new double[turns]);
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < contenders.size(); i++) {
                roofs.add(roof.measure());
                long start = System.nanoTime();
                contenders.get(i).step();
                times.get(i)[turn] = (System.nanoTime() - start) / 1e9;
            }
        }
        return times;
    }

    private static void print(Size size, List<Result> results, double flopsPerToken, List<Double> roofs) {
        double roof = roofs.stream().sorted().toList().get(roofs.size() / 2);
        System.out.printf(Locale.ROOT, "sgemm roof %.1f GFLOP/s (median of %d)%n", roof / 1e9, roofs.size());
        System.out.printf(
                "%-20s %12s %12s %12s %10s %12s%n", "", "s/step", "tokens/s", "of roof", "peak GiB", "first loss");
        for (var result : results) {
            double tokensPerSecond = size.tokens() / result.median();
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %12.4f %12.1f %11.1f%% %10.2f %12.4f   %s%n",
                    result.name(),
                    result.median(),
                    tokensPerSecond,
                    100 * tokensPerSecond * flopsPerToken / roof,
                    result.bytes() / 1024.0 / 1024 / 1024,
                    result.loss(),
                    Arrays.toString(result.seconds()));
        }
        var ours = results.get(0);
        var peer = results.get(1);
        System.out.printf(
                Locale.ROOT,
                "time of a step %.3f of the peer's, peak memory %.3f of the peer's%n",
                ours.median() / peer.median(),
                (double) ours.bytes() / peer.bytes());
    }
}
