package org.borealis.compiler;

import java.util.List;
import java.util.Set;
import org.borealis.device.Footprint;
import org.borealis.tensor.Program;

/** What planned programs take of a device's memory. */
final class Footprints {
    private Footprints() {}

    /** A lowered program with its plan. */
    record Planned(Program program, Set<String> bound, MemoryPlan plan) {
        static Planned of(Program program, Set<String> bound, Set<String> spent) {
            return new Planned(program, bound, MemoryPlan.of(program, bound, spent));
        }

        /** What {@link BoundProgram} allocates for this program alone. */
        private long own() {
            long inputs = program.inputs().stream()
                    .filter(input -> !bound.contains(input.name()))
                    .mapToLong(input -> input.type().bytes())
                    .sum();
            long copies = plan.copies().stream()
                    .filter(plan::isStaged)
                    .mapToLong(copy -> program.type(copy.value()).bytes())
                    .sum();
            return plan.constantBytes() + inputs + copies;
        }
    }

    /** The programs share one workspace, as large as the largest of them needs it. */
    static Footprint of(List<Planned> programs, String loss) {
        long shared = 0;
        long activations = 0;
        for (var each : programs) {
            if (each.plan().workspaceBytes() > shared) {
                shared = each.plan().workspaceBytes();
                activations = Peak.activations(each.program(), each.plan(), loss);
            }
        }
        return new Footprint(
                activations,
                shared - activations,
                programs.stream().mapToLong(Planned::own).sum());
    }
}
