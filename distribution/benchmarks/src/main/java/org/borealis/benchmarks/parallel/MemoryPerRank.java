package org.borealis.benchmarks.parallel;

import java.util.List;
import org.borealis.benchmarks.BackendLoader;
import org.borealis.benchmarks.Borealis;
import org.borealis.benchmarks.Size;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;

/**
 * What a rank keeps of parameters, gradients and the optimizer's memory, as planned and as taken of the device, in bytes a parameter;
 * beside the formulas of ZeRO (Rajbhandari et al. 2020, section 5) and those of what is kept here.
 */
final class MemoryPerRank {
    private final String backend;
    private final Size size;

    MemoryPerRank(String backend, Size size) {
        this.backend = backend;
        this.size = size.withRows(1);
    }

    private record Case(DataType compute, int ranks, int zero, int micro) {
        /** Of mixed precision: two bytes each of a parameter and its gradient, twelve of the optimizer. Of float32: four, four, eight. */
        double paper() {
            double n = ranks;
            boolean isMixed = compute != DataType.FLOAT32;
            return switch (zero) {
                case 0 -> 16;
                case 1 -> isMixed ? 4 + 12 / n : 8 + 8 / n;
                case 2 -> isMixed ? 2 + 14 / n : 4 + 12 / n;
                default -> 16 / n;
            };
        }

        /** Parameters, gradients and two moments in float32, whatever is computed in; stage 1 sums whole gradients over micro-batches. */
        double here() {
            double n = ranks;
            return switch (zero) {
                case 0 -> 16;
                case 1 -> (micro > 1 ? 8 : 4) + 12 / n;
                case 2 -> 4 + 12 / n;
                default -> 16 / n;
            };
        }

        String formulaHere() {
            return switch (zero) {
                case 0 -> "16";
                case 1 -> (micro > 1 ? "8" : "4") + " + 12/N";
                case 2 -> "4 + 12/N";
                default -> "16/N";
            };
        }
    }

    /** Bytes. */
    private record Taken(long planned, long allocated, long all) {}

    void print() {
        var model = size.model();
        double parameters = parameters(model);
        System.out.printf("%s, %.0f parameters, 1 x %d tokens%n", size.name(), parameters, size.sequence());
        Table.head(
                "computes in",
                "N",
                "stage",
                "micro-batches",
                "ZeRO",
                "kept here",
                "",
                "planned",
                "allocated",
                "of ZeRO's",
                "of ours",
                "all buffers");
        for (var compute : List.of(DataType.BFLOAT16, DataType.FLOAT32)) {
            for (int ranks : List.of(2, 4)) {
                for (int zero = 0; zero <= 3; zero++) {
                    for (int micro : zero == 1 ? List.of(1, 4) : List.of(4)) {
                        print(new Case(compute, ranks, zero, micro), model, parameters);
                    }
                }
            }
        }
    }

    private void print(Case one, ModelFamily model, double parameters) {
        var most = RankThreads.run(one.ranks(), seat -> taken(one, model, seat)).stream()
                .reduce((a, b) -> a.allocated() >= b.allocated() ? a : b)
                .orElseThrow();
        double allocated = most.allocated() / parameters;
        Table.row(
                "%s|%d|%d|%d|%.2f|%s|%.2f|%.2f|%.2f|%.3f|%.3f|%.2f",
                one.compute().label(),
                one.ranks(),
                one.zero(),
                one.micro(),
                one.paper(),
                one.formulaHere(),
                one.here(),
                most.planned() / parameters,
                allocated,
                allocated / one.paper(),
                allocated / one.here(),
                most.all() / parameters);
    }

    private Taken taken(Case one, ModelFamily model, Seat seat) {
        var optimizer = Borealis.optimizer();
        try (var ranks = seat.join(0, new Meter(seat.collectives()), Layout.data(one.ranks(), one.zero(), false));
                var device = new AllocationMeter(BackendLoader.open(backend))) {
            var plan = new TrainStep.Plan(
                    size.rows(), one.micro(), new Precision(one.compute()), new Rematerialisation.None(), ranks);
            var before = new long[1];
            var compiler = new WatchedCompiler(() -> before[0] = device.bytes()).compiler();
            var planned = StepMemory.plan(compiler, device, model, optimizer, plan);
            try (var state = new TrainState(
                            device, plan.precision().kept(), model.parameters(), optimizer, plan.ranks());
                    var step = new TrainStep(compiler, device, model, optimizer, state, plan)) {
                ranks.meet();
                return new Taken(planned.fixed(), before[0], device.bytes());
            }
        }
    }

    private static double parameters(ModelFamily model) {
        return model.parameters().stream().mapToLong(p -> p.shape().elements()).sum();
    }
}
