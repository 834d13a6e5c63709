package org.borealis.pipeline.schedules;

import java.util.ArrayList;
import java.util.List;
import org.borealis.parallel.PipelineSchedule;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** 1F1B whose gradients of weights wait for idle time: ZB-H1 (Qi et al. 2023). */
@Component(
        configurationPid = "org.borealis.pipeline.zero-bubble",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = PipelineSchedule.NAME + "=zero-bubble")
@Designate(ocd = ZeroBubble.Config.class, factory = true)
public final class ZeroBubble implements PipelineSchedule {

    /** Settings: none. */
    @ObjectClassDefinition(
            name = "Zero bubble",
            description = "1F1B whose gradients of weights wait for idle time: ZB-H1 (Qi et al. 2023).")
    public @interface Config {}

    @Override
    public List<Action> actions(int stage, int stages, int chunks, int batches) {
        Numbers.requireOneChunk("zero-bubble", chunks);
        var actions = new ArrayList<Action>();
        int ahead = Math.min(stages - 1 - stage, batches);
        for (int batch = 0; batch < batches + ahead + stage; batch++) {
            if (batch < batches) {
                actions.add(new Forward(batch, 0));
            }
            int back = batch - ahead;
            if (back >= 0 && back < batches) {
                actions.add(new BackwardInput(back, 0));
            }
            int weight = back - stage; // so late that every stage has as much in memory as the first
            if (weight >= 0 && weight < batches) {
                actions.add(new BackwardWeight(weight, 0));
            }
        }
        return List.copyOf(actions);
    }
}
