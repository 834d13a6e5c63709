package org.borealis.trainer;

import org.borealis.recipe.RunSettings;
import org.borealis.trainer.step.LossScale;
import org.borealis.trainer.step.Precision;

/** The loss scale of a run, if its precision wants one. */
record LossScaling(boolean isOn, LossScale.Rule rule) {

    static LossScaling of(RunSettings settings) {
        return new LossScaling(
                Precision.of(settings).scalesLoss(),
                new LossScale.Rule(
                        settings.lossScale_initial(),
                        settings.lossScale_growth(),
                        settings.lossScale_backoff(),
                        settings.lossScale_interval(),
                        settings.lossScale_hysteresis(),
                        settings.lossScale_minimum()));
    }

    /** Where the steps begin: with the first scale, unless a checkpoint brought one. */
    Progress begin(Progress progress) {
        return isOn && progress.lossScale().equals(LossScale.NONE) ? progress.with(rule.begin()) : progress;
    }

    /** Whether a gradient that is not finite is no fault, but shows that the scale is too large. A loss is not made so by its scale. */
    boolean expects(Progress progress, double loss) {
        return isOn && Double.isFinite(loss) && rule.canBackOff(progress.lossScale());
    }

    Progress after(Progress progress, boolean isFinite) {
        return isOn ? progress.with(rule.next(progress.lossScale(), !isFinite)) : progress;
    }

    /** What an expected overflow is told as. */
    static String skipped(Progress before, Progress now) {
        return "step " + now.step() + " was skipped: its gradient overflowed float16 at loss scale "
                + before.lossScale().text() + "; the scale is "
                + now.lossScale().text() + " now";
    }

    /** What helps if a step is not finite all the same. */
    String advice(Progress progress, double loss) {
        if (!isOn) {
            return "";
        }
        return Double.isFinite(loss)
                ? "The loss scale is " + progress.lossScale().text()
                        + ", and lossScale.minimum lets it fall no further; precision=bfloat16 needs none. "
                : "float16 holds no number above 65504, and a loss scale does not help the loss; precision=bfloat16 does. ";
    }
}
