package org.borealis.pipeline.schedules;

import java.util.ArrayList;
import java.util.List;
import org.borealis.parallel.PipelineSchedule;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** All micro-batches forward, then all backward (Huang et al. 2019). */
@Component(
        configurationPid = "org.borealis.pipeline.gpipe",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = PipelineSchedule.NAME + "=gpipe")
@Designate(ocd = GPipe.Config.class, factory = true)
public final class GPipe implements PipelineSchedule {

    /** Settings: none. */
    @ObjectClassDefinition(
            name = "GPipe",
            description = "All micro-batches forward, then all backward (Huang et al. 2019).")
    public @interface Config {}

    @Override
    public List<Action> actions(int stage, int stages, int chunks, int batches) {
        Numbers.requireOneChunk("gpipe", chunks);
        var actions = new ArrayList<Action>();
        for (int batch = 0; batch < batches; batch++) {
            actions.add(new Forward(batch, 0));
        }
        for (int batch = 0; batch < batches; batch++) {
            actions.add(new Backward(batch, 0));
        }
        return List.copyOf(actions);
    }
}
