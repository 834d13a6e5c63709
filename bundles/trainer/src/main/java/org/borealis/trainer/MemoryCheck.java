package org.borealis.trainer;

import java.util.Optional;
import java.util.OptionalLong;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.recipe.RunSettings;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.borealis.train.Optimizer;
import org.borealis.trainer.engine.Engine;
import org.borealis.trainer.pipeline.PipelineMemory;
import org.borealis.trainer.progress.StepLine;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.StepPlan;

/**
 * Whether a run fits its device; found by planning, without taking any memory.
 *
 * @param available what the device can give, if it can tell
 */
record MemoryCheck(Parts parts, StepMemory planned, OptionalLong available) {
    /** What devices tell is an estimate: what exceeds it by less than this share is tried. */
    private static final double DOUBT = 0.05;

    /**
     * What a run is made of.
     *
     * @param section of the model, complete
     */
    record Parts(
            Engine engine,
            RunSettings settings,
            Device device,
            Section section,
            ModelFamily model,
            Optimizer optimizer,
            Ranks ranks) {

        StepMemory plan(ModelFamily family, StepPlan plan) {
            return ranks.pipeline().isPresent()
                    ? PipelineMemory.plan(engine.compiler(), device, family, optimizer, plan)
                    : StepMemory.plan(engine.compiler(), device, family, optimizer, plan);
        }
    }

    static MemoryCheck of(Parts parts) {
        return new MemoryCheck(
                parts,
                parts.plan(parts.model(), StepPlans.of(parts.settings(), parts.ranks())),
                parts.device().memoryBytes());
    }

    boolean fits() {
        return planned.total() <= available.orElse(Long.MAX_VALUE);
    }

    /** Settings with which it would fit, if there are any. */
    Optional<MemoryAdvice> advice() {
        long most = available.orElse(Long.MAX_VALUE);
        return planned.fixed() > most ? Optional.empty() : MemoryAdvice.search(parts, most);
    }

    /** What to do so that it fits, in words. */
    String remedy() {
        return advice().map(MemoryAdvice::toString).orElseGet(() -> {
            boolean isFixed = planned.fixed() > available.orElse(Long.MAX_VALUE);
            return (isFixed
                            ? "parameters, gradients and optimizer alone take " + StepLine.memory(planned.fixed())
                            : "no smaller batch, shorter sequence or rematerialisation is enough")
                    + ": take a smaller model, or a machine with more memory"
                    + (planned.elsewhere().isEmpty() ? ", or --set offload=disk" : "");
        });
    }

    /**
     * Stops a run that would fail for want of memory, before it has begun.
     *
     * @throws BorealisException with code {@code memory}
     */
    void require() {
        if (available.isPresent() && planned.total() > available.getAsLong() * (1 + DOUBT)) {
            throw new BorealisException(
                    "memory",
                    "this run takes " + StepLine.memory(planned.total()) + " of memory, and "
                            + parts.device().description() + " has " + StepLine.memory(available.getAsLong()) + "; "
                            + remedy() + ". What it takes it for: --dry-run");
        }
    }
}
