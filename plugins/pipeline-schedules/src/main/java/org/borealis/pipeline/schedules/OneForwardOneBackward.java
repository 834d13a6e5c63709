package org.borealis.pipeline.schedules;

import java.util.ArrayList;
import java.util.List;
import org.borealis.parallel.PipelineSchedule;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** As soon as the first micro-batch comes back, one forward and one backward in turn (Narayanan et al. 2019). */
@Component(
        configurationPid = "org.borealis.pipeline.1f1b",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = PipelineSchedule.NAME + "=1f1b")
@Designate(ocd = OneForwardOneBackward.Config.class, factory = true)
public final class OneForwardOneBackward implements PipelineSchedule {

    /** Settings: none. */
    @ObjectClassDefinition(
            name = "1F1B",
            description =
                    "As soon as the first micro-batch comes back, one forward and one backward in turn (Narayanan et al. 2019).")
    public @interface Config {}

    @Override
    public List<Action> actions(int stage, int stages, int chunks, int batches) {
        Numbers.requireOneChunk("1f1b", chunks);
        var actions = new ArrayList<Action>();
        int ahead = Math.min(stages - 1 - stage, batches);
        for (int batch = 0; batch < batches + ahead; batch++) {
            if (batch < batches) {
                actions.add(new Forward(batch, 0));
            }
            if (batch >= ahead) {
                actions.add(new Backward(batch - ahead, 0));
            }
        }
        return List.copyOf(actions);
    }
}
