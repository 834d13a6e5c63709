package org.borealis.trainer.step;

import java.util.Locale;
import org.borealis.device.Device;
import org.borealis.recipe.RunSettings;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;

/**
 * The types of a run.
 *
 * @param compute what the model computes in
 * @param gradients what gradients are summed, kept and sent in
 */
public record Precision(DataType compute, DataType gradients) {
    public Precision {
        if (gradients != compute && gradients != compute.accumulator()) {
            throw new BorealisException(
                    "precision",
                    "gradients: " + word(gradients) + " does not go with precision: " + word(compute)
                            + "; gradients are summed in float32, or in what the model computes in");
        }
    }

    /** With gradients summed as wide as sums are. */
    public Precision(DataType compute) {
        this(compute, compute.accumulator());
    }

    /** As the recipe has it. */
    public static Precision of(RunSettings settings) {
        var compute = DataType.of(settings.precision());
        var gradients = DataType.of(settings.gradients());
        return new Precision(compute, gradients == gradients.accumulator() ? compute.accumulator() : gradients);
    }

    /** What parameters are kept in; if that is narrow, the optimizer has {@link Masters}. */
    public DataType kept() {
        return compute;
    }

    /** What losses and updates are computed in. */
    public DataType wide() {
        return compute.accumulator();
    }

    /** Whether gradients would vanish below the type's smallest numbers if the loss were not scaled up. */
    public boolean scalesLoss() {
        return compute == DataType.FLOAT16;
    }

    /**
     * Refuses a device that can't compute so.
     *
     * @param backend its name in the recipe
     */
    public void requireOn(Device device, String backend) {
        if (!device.supports(compute)) {
            throw new BorealisException(
                    "precision",
                    "precision: backend '" + backend + "' (" + device.description() + ") does not compute in "
                            + word(compute) + "; take another precision or backend");
        }
    }

    private static String word(DataType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
