package org.borealis.trainer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.device.Rematerialisation;
import org.borealis.recipe.Contract;
import org.borealis.trainer.MemoryCheck.Parts;
import org.borealis.trainer.progress.StepLine;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.StepPlan;

/** Settings that make a run fit its device, and what it takes with them. */
record MemoryAdvice(List<String> settings, StepMemory memory) {
    /** Shorter sequences than this are another task, not a way to make this one fit. */
    private static final int SHORTEST = 32;

    private static final Rematerialisation SELECTIVE = new Rematerialisation.Selective();
    private static final Rematerialisation FULL = new Rematerialisation.Every(1);
    private static final String SET_SELECTIVE = "rematerialise=selective";
    private static final String SET_FULL = "rematerialise=full";

    private record Variant(StepPlan plan, List<String> settings) {}

    /** The first that fits; those that cost least come first, shorter sequences last. */
    static Optional<MemoryAdvice> search(Parts parts, long most) {
        return fitting(parts, more(parts), most)
                .or(() -> least(parts).total() <= most ? fitting(parts, smaller(parts), most) : Optional.empty())
                .or(() -> shorter(parts, most));
    }

    private static Optional<MemoryAdvice> fitting(Parts parts, Stream<Variant> variants, long most) {
        return variants.map(each -> new MemoryAdvice(each.settings(), parts.plan(parts.model(), each.plan())))
                .filter(advice -> advice.memory().total() <= most)
                .findFirst();
    }

    private static StepPlan plan(Parts parts, int rows, Rematerialisation rematerialisation) {
        return StepPlans.of(parts.settings(), parts.ranks(), rows, rematerialisation);
    }

    private static Rematerialisation now(Parts parts) {
        return StepPlans.rematerialisation(parts.settings());
    }

    /** More rematerialisation. */
    private static Stream<Variant> more(Parts parts) {
        int rows = BatchSizes.micro(parts.settings(), parts.ranks().batches());
        var selective = new Variant(plan(parts, rows, SELECTIVE), List.of(SET_SELECTIVE));
        var full = new Variant(plan(parts, rows, FULL), List.of(SET_FULL));
        return switch (now(parts)) {
            case Rematerialisation.None _ -> Stream.of(selective, full);
            case Rematerialisation.Selective _ -> Stream.of(full);
            case Rematerialisation.Every every -> every.equals(FULL) ? Stream.empty() : Stream.of(full);
        };
    }

    private static StepMemory least(Parts parts) {
        return parts.plan(parts.model(), plan(parts, 1, FULL));
    }

    /** Smaller micro-batches. */
    private static Stream<Variant> smaller(Parts parts) {
        var now = now(parts);
        return halves(parts).stream().flatMap(rows -> {
            var micro = "batch.micro=" + rows;
            var same = Stream.of(new Variant(plan(parts, rows, now), List.of(micro)));
            return now.equals(FULL)
                    ? same
                    : Stream.concat(same, Stream.of(new Variant(plan(parts, rows, FULL), List.of(SET_FULL, micro))));
        });
    }

    /** Sizes of micro-batches, each at most half of the one before, that a step is a whole number of. */
    private static List<Integer> halves(Parts parts) {
        int sequences = parts.settings().batch_sequences();
        var sizes = new ArrayList<Integer>();
        int size = BatchSizes.micro(parts.settings(), parts.ranks().batches());
        while (size > 1) {
            size = IntStream.iterate(size / 2, s -> s - 1)
                    .filter(s -> sequences % s == 0)
                    .findFirst()
                    .orElse(1);
            sizes.add(size);
        }
        return sizes;
    }

    private static Optional<MemoryAdvice> shorter(Parts parts, long most) {
        for (int sequence = parts.model().sequence() / 2; sequence >= SHORTEST; sequence /= 2) {
            var section = parts.section().with("sequence", sequence);
            try (var model = parts.engine().plugins().open(Contract.MODEL, section, Duration.ZERO)) {
                var memory = parts.plan(model.service(), plan(parts, 1, FULL));
                if (memory.total() <= most) {
                    var settings = List.of(SET_FULL, "batch.micro=1", "model.sequence=" + sequence);
                    return Optional.of(new MemoryAdvice(settings, memory));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "add --set " + String.join(" --set ", settings) + ": " + StepLine.memory(memory.total());
    }
}
