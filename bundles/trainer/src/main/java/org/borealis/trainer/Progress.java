package org.borealis.trainer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.borealis.tensor.BorealisException;

/**
 * How far a run is; all that a checkpoint has to remember beside tensors.
 *
 * @param step steps done, counting skipped ones
 * @param updates steps that changed the parameters
 * @param samples sequences seen
 * @param tokens tokens seen
 * @param skipped steps skipped in a row, up to and with the last
 * @param seconds of training so far
 */
record Progress(long step, long updates, long samples, long tokens, long skipped, double seconds) {
    static final Progress NONE = new Progress(0, 0, 0, 0, 0, 0);

    Map<String, Object> metadata() {
        var values = new LinkedHashMap<String, Object>();
        values.put("step", step);
        values.put("updates", updates);
        values.put("samples", samples);
        values.put("tokens", tokens);
        values.put("skipped", skipped);
        values.put("seconds", seconds);
        return values;
    }

    static Progress of(Map<String, Object> metadata) {
        return new Progress(
                number(metadata, "step").longValue(),
                number(metadata, "updates").longValue(),
                number(metadata, "samples").longValue(),
                number(metadata, "tokens").longValue(),
                number(metadata, "skipped").longValue(),
                number(metadata, "seconds").doubleValue());
    }

    private static Number number(Map<String, Object> metadata, String key) {
        if (metadata.get(key) instanceof Number number) {
            return number;
        }
        throw new BorealisException(
                "checkpoint-metadata",
                "the checkpoint's metadata has no number '" + key + "': it was not written by a training run");
    }

    /** After one more step. */
    Progress next(boolean updated, long moreSamples, long moreTokens, double nowSeconds) {
        return new Progress(
                step + 1,
                updates + (updated ? 1 : 0),
                samples + moreSamples,
                tokens + moreTokens,
                updated ? 0 : skipped + 1,
                nowSeconds);
    }
}
