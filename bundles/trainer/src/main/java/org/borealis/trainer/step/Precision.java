package org.borealis.trainer.step;

import java.util.Locale;
import org.borealis.device.Device;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;

/**
 * The types of a run.
 *
 * @param compute what the model computes in
 */
public record Precision(DataType compute) {

    /** By the recipe's word. */
    public static Precision of(String word) {
        return new Precision(DataType.of(word));
    }

    /** What parameters, gradients and the optimizer are kept in. */
    public DataType kept() {
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
                            + compute.name().toLowerCase(Locale.ROOT) + "; take another precision or backend");
        }
    }
}
