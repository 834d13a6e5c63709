package org.borealis.trainer.step;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.train.Optimizer;

/**
 * Runs the compiled programs of an optimizer.
 *
 * @param programs by name, in their order
 * @param sums names of the optimizer's sums over all parameters
 * @param staging for what they need that is not on the device
 */
public record Updates(
        Optimizer optimizer,
        boolean isRamped,
        Set<String> sums,
        Device device,
        Function<String, List<Executable>> programs,
        Staging staging,
        Scalars scalars) {

    /** Where the programs have their numbers. */
    public interface Scalars {
        /** Sets one for the programs. */
        void write(String name, double value);

        /** One that the programs have computed. */
        double read(String name);

        /** A number summed over ranks that have different parameters. */
        default double sum(double own) {
            return own;
        }
    }

    /**
     * Makes one update.
     *
     * @param scale what the buffers of gradients are multiplied with
     * @return the optimizer's numbers after it
     */
    public Map<String, Double> run(Optimizer.Pace pace, double scale, Map<String, Double> numbers) {
        scalars.write(StepTrace.NUMBER, pace.number());
        scalars.write(StepTrace.RATE, pace.rate());
        scalars.write(StepTrace.SCALE, scale);
        if (isRamped) {
            scalars.write(StepTrace.RAMP, pace.decay());
        }
        write(numbers);
        var next = optimizer.numbers(numbers, sum(), pace);
        write(next);
        apply(optimizer.kind(pace.number()));
        return next;
    }

    /**
     * Hands over the gradient for drawn labels that is in the buffers.
     *
     * @param labels how many were drawn
     */
    void observe(double scale, double labels) {
        scalars.write(StepTrace.SCALE, scale);
        write(UpdateKinds.observing(optimizer.numbers(), labels));
        apply(UpdateKinds.OBSERVE);
    }

    /** Makes an update of a kind, if the optimizer has it, with numbers and scalars as they are. */
    public void apply(String kind) {
        programs.apply(UpdateTrace.name(kind)).forEach(staging::run);
        device.finish();
    }

    private void write(Map<String, Double> numbers) {
        numbers.forEach((name, value) -> scalars.write(UpdateTrace.number(name), value));
    }

    private Map<String, Double> sum() {
        if (sums.isEmpty()) {
            return Map.of();
        }
        var found = new TreeMap<String, Double>();
        sums.forEach(name -> found.put(name, 0.0));
        for (var program : programs.apply(StepTrace.SUMS)) {
            staging.read(program);
            found.replaceAll((name, sum) -> sum + scalars.read(UpdateTrace.total(name)));
        }
        found.replaceAll((_, sum) -> scalars.sum(sum));
        return found;
    }
}
