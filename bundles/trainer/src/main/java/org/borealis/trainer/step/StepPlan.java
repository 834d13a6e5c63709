package org.borealis.trainer.step;

import org.borealis.device.Compiler;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.Program;
import org.borealis.train.Optimizer;
import org.borealis.trainer.ranks.Ranks;

/**
 * How a step is made.
 *
 * @param rows sequences that run at once
 * @param micro how many such batches a step has on each rank, at most
 * @param rematerialisation what the backward pass computes again
 * @param ranks who makes it
 * @param offload where what the optimizer remembers is between updates
 * @param fewest how many it has at least
 * @param isRamped whether weight decay changes over the run
 */
public record StepPlan(
        int rows,
        int micro,
        Precision precision,
        Rematerialisation rematerialisation,
        Ranks ranks,
        Offload offload,
        int fewest,
        boolean isRamped) {
    /** The same with weight decay that changes, or not. */
    public StepPlan ramped(boolean isIt) {
        return new StepPlan(rows, micro, precision, rematerialisation, ranks, offload, fewest, isIt);
    }

    /** The same with steps that may have fewer batches. */
    public StepPlan from(int batches) {
        return new StepPlan(rows, micro, precision, rematerialisation, ranks, offload, batches, isRamped);
    }

    /** With steps of one size and steady weight decay. */
    public StepPlan(
            int rows,
            int micro,
            Precision precision,
            Rematerialisation rematerialisation,
            Ranks ranks,
            Offload offload) {
        this(rows, micro, precision, rematerialisation, ranks, offload, micro, false);
    }

    /** With all on the device. */
    public StepPlan(int rows, int micro, Precision precision, Rematerialisation rematerialisation, Ranks ranks) {
        this(rows, micro, precision, rematerialisation, ranks, Offload.NONE);
    }

    /** By one rank. */
    public StepPlan(int rows, int micro, Precision precision, Rematerialisation rematerialisation) {
        this(rows, micro, precision, rematerialisation, Ranks.ALONE);
    }

    /** With nothing computed again. */
    public StepPlan(int rows, int micro, Precision precision) {
        this(rows, micro, precision, new Rematerialisation.None());
    }

    /** The same of another rank. */
    public StepPlan of(Ranks other) {
        return new StepPlan(rows, micro, precision, rematerialisation, other, offload, fewest, isRamped);
    }

    /** What is to be compiled. */
    public StepTrace trace(ModelFamily family, Optimizer optimizer) {
        return new StepTrace(
                family,
                precision,
                rows,
                family.sequence(),
                rematerialisation,
                StepSpread.of(ranks, new Holdings(family.parameters(), optimizer, precision.kept()), precision, micro),
                fewest,
                isRamped,
                offload.isElsewhere());
    }

    /** The mean loss of a batch, before it is split over ranks. */
    public Program loss(Compiler compiler, ModelFamily family) {
        var batch = StepTrace.tokenType(rows, family.sequence());
        return StepTrace.loss(compiler, family, precision, batch, StepTrace.LOSS);
    }
}
