package org.borealis.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.borealis.benchmarks.optimizers.ElementCost;
import org.borealis.benchmarks.optimizers.MatrixCost;
import org.borealis.benchmarks.parallel.Parallel;
import org.borealis.device.Device;
import org.borealis.tensor.BorealisException;

/**
 * Measures beside libtorch's autograd and beside the machine's roofs, in one process. Arguments: what ({@code step}, {@code decode},
 * {@code profile}, {@code kernels} or {@code optimizers}), a size, a number of turns, and the backends, all of them if none is named; or {@code parallel}
 * and what {@link Parallel} takes.
 */
public final class Benchmark {
    private static final List<String> BACKENDS = List.of("torch", "onednn");

    private Benchmark() {}

    /** Prints tables. */
    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (BorealisException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static void run(String... arguments) {
        var what = arguments.length > 0 ? arguments[0] : "step";
        if (what.equals("parallel")) {
            Parallel.run(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        var size = Size.of(arguments.length > 1 ? arguments[1] : "gpt-1m");
        int turns = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        var backends = arguments.length > 3 ? Arrays.asList(arguments).subList(3, arguments.length) : BACKENDS;
        var devices = new ArrayList<Device>();
        var torch = BackendLoader.open("torch"); // first: the peer needs its libraries
        for (var backend : backends) {
            devices.add(backend.equals("torch") ? torch : BackendLoader.open(backend));
        }
        var roofDevices = new ArrayList<>(devices);
        if (!roofDevices.contains(torch)) {
            roofDevices.add(torch);
        }
        try (var roofs = new Roofs(roofDevices)) {
            System.out.println(size);
            devices.forEach(device -> System.out.println("  " + device.description()));
            switch (what) {
                case "step" -> step(size, turns, backends, devices, roofs);
                case "decode" -> decode(size, turns, backends, devices, roofs);
                case "profile" -> profile(size, turns, backends, devices, roofs);
                case "kernels" -> Kernels.print(backends, devices, turns, roofs);
                case "optimizers" -> optimizers(size, turns, backends, devices, roofs);
                default ->
                    throw new BorealisException(
                            "benchmark",
                            "no benchmark '" + what
                                    + "'; there are step, decode, profile, kernels, optimizers and parallel");
            }
        }
        roofDevices.forEach(Device::close);
    }

    private static void step(Size size, int turns, List<String> backends, List<Device> devices, Roofs roofs) {
        var entries = new ArrayList<Match.Entry>();
        for (int i = 0; i < devices.size(); i++) {
            int at = i;
            entries.add(() -> new Borealis(backends.get(at), devices.get(at), size));
        }
        entries.add(() -> BackendLoader.peer(Contender.class, "AutogradStep", size, size.randomTokens()));
        int warmUps = size.tokens() * (double) size.hidden() > 2e6 ? 1 : 200;
        Match.play(entries, warmUps, turns, roofs)
                .print(size.tokens(), size.tokens() * size.model().trainingFlopsPerToken());
    }

    private static void decode(Size size, int turns, List<String> backends, List<Device> devices, Roofs roofs) {
        var entries = new ArrayList<Match.Entry>();
        for (int i = 0; i < devices.size(); i++) {
            int at = i;
            entries.add(() -> new Decoding(backends.get(at), devices.get(at), size));
        }
        if (size.family().equals("gpt")) {
            entries.add(() -> BackendLoader.peer(
                    Contender.class,
                    "AutogradDecoding",
                    size,
                    Arrays.copyOf(size.randomTokens(), Decoding.PROMPT + Decoding.TOKENS),
                    Decoding.PROMPT));
        }
        Match.play(entries, 3, turns, roofs).print(Decoding.TOKENS, 0);
    }

    private static void optimizers(Size size, int turns, List<String> backends, List<Device> devices, Roofs roofs) {
        new ElementCost(backends, devices, turns, roofs).print();
        for (int i = 0; i < devices.size(); i++) {
            new MatrixCost(backends.get(i), devices.get(i), size, turns).print();
        }
    }

    /** Where the time of a step goes, and what of it is in no kernel. */
    private static void profile(Size size, int steps, List<String> backends, List<Device> devices, Roofs roofs) {
        for (int i = 0; i < devices.size(); i++) {
            var device = new ProfiledDevice(devices.get(i));
            try (var contender = new Borealis(backends.get(i), device, size)) {
                contender.step();
                contender.step();
                device.reset();
                double roof = roofs.matmul();
                long start = System.nanoTime();
                for (int n = 0; n < steps; n++) {
                    contender.step();
                }
                double seconds = (System.nanoTime() - start) / 1e9 / steps;
                System.out.printf(
                        Locale.ROOT,
                        "%s: %.4f s a step, %.1f%% of the roof of %.1f GFLOP/s%n%s%n",
                        contender.name(),
                        seconds,
                        100 * size.tokens() * size.model().trainingFlopsPerToken() / seconds / roof,
                        roof / 1e9,
                        device.table(steps, seconds));
            }
        }
    }
}
