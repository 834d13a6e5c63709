package org.borealis.trainer.step;

import java.math.BigDecimal;

/**
 * What the loss is multiplied with, so that small gradients do not vanish in float16: halved when a gradient overflows, doubled after
 * many that did not. As torch.amp.GradScaler and, with a {@link Rule#hysteresis} or {@link Rule#minimum}, Megatron-LM's
 * DynamicGradScaler.
 *
 * @param goodSteps since the last overflow or growth
 * @param patience overflows to come before the scale backs off; not positive once it does
 */
public record LossScale(double scale, long goodSteps, long patience) {
    /** That of types that need none, and of a run before it began. */
    public static final LossScale NONE = new LossScale(1, -1, 0);

    /** The scale alone, such as {@code 65536}. */
    public String text() {
        return new BigDecimal(scale).stripTrailingZeros().toPlainString();
    }

    /**
     * How it changes.
     *
     * @param growth factor after {@code interval} steps without overflow
     * @param backoff factor after {@code hysteresis} overflows, and after each one more until the scale grows
     * @param minimum below which the scale does not fall
     */
    public record Rule(double initial, double growth, double backoff, long interval, long hysteresis, double minimum) {

        /** Before the first step. */
        public LossScale begin() {
            return new LossScale(rounded(initial), 0, hysteresis);
        }

        /** Whether an overflow at this scale is to be expected, because a smaller one may be had. */
        public boolean canBackOff(LossScale now) {
            return now.scale > minimum;
        }

        /** After a step. */
        public LossScale next(LossScale now, boolean overflowed) {
            if (overflowed) {
                long left = now.patience - 1;
                double scale = left > 0 ? now.scale : Math.max(minimum, rounded(now.scale * backoff));
                return new LossScale(scale, 0, left);
            }
            return now.goodSteps + 1 == interval
                    ? new LossScale(rounded(now.scale * growth), 0, hysteresis)
                    : new LossScale(now.scale, now.goodSteps + 1, now.patience);
        }

        /** As the device gets it. */
        private static double rounded(double scale) {
            return (float) scale;
        }
    }
}
