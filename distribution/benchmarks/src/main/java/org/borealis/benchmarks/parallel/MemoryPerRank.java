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
import org.borealis.trainer.step.StepPlan;
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

    private record Case(Precision precision, int ranks, int zero, int micro) {
        /** Of mixed precision: two bytes each of a parameter and its gradient, twelve of the optimizer. Of float32: four, four, eight. */
        double paper() {
            double n = ranks;
            boolean isMixed = precision.compute() != DataType.FLOAT32;
            return switch (zero) {
                case 0 -> 16;
                case 1 -> isMixed ? 4 + 12 / n : 8 + 8 / n;
                case 2 -> isMixed ? 2 + 14 / n : 4 + 12 / n;
                default -> 16 / n;
            };
        }

        /** Bytes of a parameter that every rank has; stage 1 sums whole gradients over micro-batches. */
        private int whole() {
            return switch (zero) {
                case 0 -> all();
                case 1 ->
                    precision.kept().bytes()
                            + (micro > 1 ? precision.gradients().bytes() : 0);
                case 2 -> precision.kept().bytes();
                default -> 0;
            };
        }

        /** Parameter, gradient, two moments, and a master of what is narrow. */
        private int all() {
            return precision.kept().bytes()
                    + precision.gradients().bytes()
                    + (precision.kept() == precision.wide() ? 8 : 12);
        }

        double here() {
            return whole() + (all() - whole()) / (double) ranks;
        }

        String formulaHere() {
            int shared = all() - whole();
            return shared == 0 ? "" + whole() : (whole() == 0 ? "" : whole() + " + ") + shared + "/N";
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
                "sums in",
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
        for (var precision : List.of(
                new Precision(DataType.BFLOAT16, DataType.BFLOAT16),
                new Precision(DataType.BFLOAT16),
                new Precision(DataType.FLOAT32))) {
            for (int ranks : List.of(2, 4)) {
                for (int zero = 0; zero <= 3; zero++) {
                    for (int micro : zero == 1 ? List.of(1, 4) : List.of(4)) {
                        print(new Case(precision, ranks, zero, micro), model, parameters);
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
                "%s|%s|%d|%d|%d|%.2f|%s|%.2f|%.2f|%.2f|%.3f|%.3f|%.2f",
                one.precision().compute().label(),
                one.precision().gradients().label(),
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
            var plan = new StepPlan(size.rows(), one.micro(), one.precision(), new Rematerialisation.None(), ranks);
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
