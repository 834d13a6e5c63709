package org.borealis.benchmarks.parallel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.benchmarks.Borealis;
import org.borealis.benchmarks.Size;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Rematerialisation;
import org.borealis.tensor.DataType;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.StepPlan;

/**
 * The longest sequence that a rank's memory allows, with and without axes that share it: as planned, and then really trained on by ranks
 * whose devices give no byte more.
 */
final class LongestSequence {
    private static final int GRAIN = 256; // tokens
    private static final List<Integer> RANKS = List.of(1, 2, 4, 8);

    /** Axes by name, as the table has them, with their settings. */
    private static final Map<String, Way> WAYS = ways();

    private final String backend;
    private final long limit;

    private record Way(String axis, Map<String, Object> settings) {
        String mesh(int ranks) {
            return axis + "=" + ranks;
        }
    }

    private static Map<String, Way> ways() {
        var ways = new LinkedHashMap<String, Way>();
        ways.put("data, ZeRO 3", new Way("data", Map.of("zero", 3)));
        ways.put("tensor", new Way("tensor", Map.of()));
        ways.put("tensor.sequence", new Way("tensor", Map.of("sequence", true)));
        ways.put("ulysses", new Way("ulysses", Map.of()));
        ways.put("ring", new Way("ring", Map.of()));
        return ways;
    }

    /** @param limit bytes of a rank's device */
    LongestSequence(String backend, long limit) {
        this.backend = backend;
        this.limit = limit;
    }

    private static Size size(int sequence) {
        return new Size("llama", "llama", 4, 128, 8, 8, 384, 1024, sequence, 1);
    }

    private static StepPlan plan(Ranks ranks) {
        return new StepPlan(1, 1, new Precision(DataType.FLOAT32), new Rematerialisation.None(), ranks);
    }

    void print() {
        var size = size(GRAIN);
        System.out.printf(
                "llama of %d layers, hidden %d, %d heads, vocabulary %d, float32; %d MiB a rank, one sequence at once, in"
                        + " steps of %d tokens; %s%n",
                size.layers(), size.hidden(), size.heads(), size.vocabulary(), limit >> 20, GRAIN, backend);
        Table.head("planned", "1 rank", "2 ranks", "4 ranks", "8 ranks");
        var planned = new LinkedHashMap<String, Integer>();
        try (var device = BackendLoader.open(backend)) {
            WAYS.forEach((name, way) -> {
                var longest = RANKS.stream().map(n -> longest(device, way, n)).toList();
                Table.row("%s|%d|%d|%d|%d", name, longest.get(0), longest.get(1), longest.get(2), longest.get(3));
                planned.put(name, longest.get(1));
            });
        }
        Table.head("trained on, 2 ranks", "tokens", "bytes taken, of the limit", GRAIN + " tokens more");
        WAYS.forEach((name, way) -> {
            int tokens = planned.getOrDefault(name, 0);
            Table.row(
                    "%s|%d|%.3f|%s",
                    name,
                    tokens,
                    (double) trained(way, tokens).orElseThrow() / limit,
                    trained(way, tokens + GRAIN).isPresent() ? "go, too" : "do not go");
        });
    }

    /** 0 if none is short enough. */
    private int longest(Device device, Way way, int ranks) {
        int fits = 0;
        int most = GRAIN;
        while (fits(device, way, ranks, most)) {
            fits = most;
            most *= 2;
        }
        while (most - fits > GRAIN) {
            int middle = (fits + most) / 2 / GRAIN * GRAIN;
            if (fits(device, way, ranks, middle)) {
                fits = middle;
            } else {
                most = middle;
            }
        }
        return fits;
    }

    private boolean fits(Device device, Way way, int ranks, int sequence) {
        var spread = Layout.of(way.mesh(ranks), way.settings(), false);
        var planned = StepMemory.plan(
                new ProgramCompiler(),
                device,
                size(sequence).model(),
                Borealis.optimizer(),
                plan(Ranks.planned(spread, Optional.empty())));
        return planned.total() <= limit;
    }

    /** Bytes that a rank took for a step, if they were enough. */
    private Optional<Long> trained(Way way, int sequence) {
        var all = RankThreads.run(2, seat -> {
            var spread = Layout.of(way.mesh(2), way.settings(), false);
            try (var ranks = seat.join(0, new Meter(seat.collectives()), spread);
                    var device = new AllocationMeter(BackendLoader.open(backend, Map.of("threads", 1)), limit)) {
                return trained(device, ranks, sequence);
            }
        });
        return all.getFirst();
    }

    private static Optional<Long> trained(AllocationMeter device, Ranks ranks, int sequence) {
        try (var step = new Borealis("longest", device, size(sequence), plan(ranks))) {
            step.step();
            return Optional.of(device.bytes());
        } catch (DeviceException e) {
            return Optional.empty();
        }
    }
}
