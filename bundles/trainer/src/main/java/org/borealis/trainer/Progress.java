package org.borealis.trainer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.step.LossScale;

/**
 * How far a run is; all that a checkpoint has to remember beside tensors.
 *
 * @param step steps done, counting skipped ones
 * @param updates steps that changed the parameters
 * @param samples sequences seen
 * @param tokens tokens seen
 * @param skipped steps skipped in a row, up to and with the last, but for those that the loss scale had to expect
 * @param seconds of training so far
 * @param lossScale for the next step
 * @param numbers what the optimizer remembers of the run
 * @param noise of gradients, as far as it was measured
 * @param sequences of the last step
 */
record Progress(
        long step,
        long updates,
        long samples,
        long tokens,
        long skipped,
        double seconds,
        LossScale lossScale,
        Map<String, Double> numbers,
        NoiseScale noise,
        int sequences) {
    private static final String NUMBERS = "numbers";
    static final Progress NONE = new Progress(0, 0, 0, 0, 0, 0, LossScale.NONE, Map.of(), NoiseScale.NONE, 0);
    private static final String LOSS_SCALE = "lossScale";
    private static final String SIGNAL = "gradientSignal";
    private static final String NOISE = "gradientNoise";
    private static final String SEQUENCES = "sequences";

    Map<String, Object> metadata() {
        var values = new LinkedHashMap<String, Object>();
        values.put("step", step);
        values.put("updates", updates);
        values.put("samples", samples);
        values.put("tokens", tokens);
        values.put("skipped", skipped);
        values.put("seconds", seconds);
        if (!lossScale.equals(LossScale.NONE)) {
            values.put(LOSS_SCALE, lossScale.scale());
            values.put("lossScaleGoodSteps", lossScale.goodSteps());
            values.put("lossScalePatience", lossScale.patience());
        }
        if (!numbers.isEmpty()) {
            values.put(NUMBERS, new TreeMap<>(numbers));
        }
        if (!noise.equals(NoiseScale.NONE)) {
            values.put(SIGNAL, noise.signal());
            values.put(NOISE, noise.noise());
        }
        values.put(SEQUENCES, sequences);
        return values;
    }

    static Progress of(Map<String, Object> metadata) {
        return new Progress(
                number(metadata, "step").longValue(),
                number(metadata, "updates").longValue(),
                number(metadata, "samples").longValue(),
                number(metadata, "tokens").longValue(),
                number(metadata, "skipped").longValue(),
                number(metadata, "seconds").doubleValue(),
                metadata.containsKey(LOSS_SCALE)
                        ? new LossScale(
                                number(metadata, LOSS_SCALE).doubleValue(),
                                number(metadata, "lossScaleGoodSteps").longValue(),
                                number(metadata, "lossScalePatience").longValue())
                        : LossScale.NONE,
                numbers(metadata),
                metadata.containsKey(SIGNAL)
                        ? new NoiseScale(
                                number(metadata, SIGNAL).doubleValue(),
                                number(metadata, NOISE).doubleValue())
                        : NoiseScale.NONE,
                metadata.containsKey(SEQUENCES) ? number(metadata, SEQUENCES).intValue() : 0);
    }

    private static Map<String, Double> numbers(Map<String, Object> metadata) {
        var numbers = new HashMap<String, Double>();
        if (metadata.get(NUMBERS) instanceof Map<?, ?> found) {
            found.forEach((name, value) -> numbers.put(
                    String.valueOf(name),
                    number(Map.of(NUMBERS, value), NUMBERS).doubleValue()));
        }
        return numbers;
    }

    Progress with(Map<String, Double> next) {
        return new Progress(step, updates, samples, tokens, skipped, seconds, lossScale, next, noise, sequences);
    }

    Progress with(LossScale scale) {
        return new Progress(step, updates, samples, tokens, skipped, seconds, scale, numbers, noise, sequences);
    }

    Progress with(NoiseScale measured) {
        return new Progress(step, updates, samples, tokens, skipped, seconds, lossScale, numbers, measured, sequences);
    }

    private static Number number(Map<String, Object> metadata, String key) {
        if (metadata.get(key) instanceof Number number) {
            return number;
        }
        throw new BorealisException(
                "checkpoint-metadata",
                "the checkpoint's metadata has no number '" + key + "': it was not written by a training run");
    }

    /**
     * After one more step.
     *
     * @param expected whether the loss scale had to expect that it is not an update
     * @param newSamples sequences of the step
     */
    Progress next(boolean updated, boolean expected, int newSamples, long newTokens, double nowSeconds) {
        return new Progress(
                step + 1,
                updates + (updated ? 1 : 0),
                samples + newSamples,
                tokens + newTokens,
                updated ? 0 : skipped + (expected ? 0 : 1),
                nowSeconds,
                lossScale,
                numbers,
                noise,
                newSamples);
    }
}
