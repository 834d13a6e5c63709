package org.borealis.trainer;

import java.util.OptionalDouble;
import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.ranks.Ranks;

/**
 * How many sequences steps have: {@code batch.sequences}, or fewer at first.
 *
 * @param kind {@code none}; {@code steps}, in even steps; {@code noise}, as many as the gradient noise scale tells
 * @param unit sequences that all ranks together run at once
 * @param start of the first step
 * @param full of the last ones
 * @param steps after which all steps are full, by the kind {@code steps}
 */
record BatchRamp(String kind, int unit, int start, int full, long steps) {

    /** @throws BorealisException if the settings contradict each other */
    static BatchRamp of(RunSettings settings, Ranks ranks) {
        int unit = BatchSizes.micro(settings, ranks.batches()) * ranks.batches();
        int full = BatchSizes.perRank(settings, ranks.batches()) * unit;
        var kind = settings.batch_ramp();
        if (kind.equals("none")) {
            refuse(
                    settings.batch_start() > 0,
                    "batch.start: a ramp is wanted with it, batch.ramp steps or noise; got none");
            return new BatchRamp(kind, unit, full, full, 0);
        }
        boolean isByNoise = kind.equals("noise");
        int least = isByNoise && ranks.batches() == 1 ? 2 * unit : unit;
        int start = settings.batch_start() == 0 ? least : settings.batch_start();
        refuse(
                ranks.pipeline().isPresent(),
                "batch.ramp: a pipeline's schedule is of one number of micro-batches; leave out batch.ramp, or axis 'pipeline' of the mesh");
        refuse(
                start % unit != 0 || start < least || start > full,
                "batch.start: a multiple of " + unit + " sequences, which run at once"
                        + (ranks.areMany() ? " on all ranks" : "") + ", from " + least + " to batch.sequences " + full
                        + " is wanted" + (isByNoise ? " (noise is measured between at least two batches)" : "")
                        + "; got "
                        + start);
        refuse(
                !isByNoise && settings.batch_rampSteps() == 0,
                "batch.rampSteps: the step from which all have batch.sequences is wanted with batch.ramp steps; got 0");
        return new BatchRamp(kind, unit, start, full, settings.batch_rampSteps());
    }

    private static void refuse(boolean isWrong, String message) {
        if (isWrong) {
            throw new BorealisException("batch-ramp", message);
        }
    }

    /** The fewest batches that a rank runs in a step. */
    int fewest() {
        return start / unit;
    }

    /** @throws BorealisException if batches are to follow a noise scale that a step does not tell: they would never grow */
    void requireMeasured(OptionalDouble squaredBatchNorm) {
        refuse(
                kind.equals("noise") && squaredBatchNorm.isEmpty(),
                "batch.ramp: noise can't be measured here, since ranks that share a batch add up its gradient apart from"
                        + " micro-batch to micro-batch; take batch.ramp steps, or leave axes such as ulysses and ring out of the mesh");
    }

    /** Sequences of the next step. A batch that has grown stays so. */
    int next(Progress progress) {
        return switch (kind) {
            case "steps" -> whole(start + (double) (full - start) * progress.step() / steps);
            case "noise" ->
                Math.max(
                        Math.max(start, progress.sequences()),
                        whole(progress.noise().sequences().orElse(0)));
            default -> full;
        };
    }

    private int whole(double sequences) {
        return (int) Math.min(full, Math.floor(sequences / unit) * unit);
    }
}
