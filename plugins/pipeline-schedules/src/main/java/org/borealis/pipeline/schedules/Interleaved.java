package org.borealis.pipeline.schedules;

import java.util.ArrayList;
import java.util.List;
import org.borealis.parallel.PipelineSchedule;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Several chunks of layers a stage, and one forward and one backward of them in turn (Narayanan et al. 2021). */
@Component(
        configurationPid = "org.borealis.pipeline.interleaved",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = PipelineSchedule.NAME + "=interleaved")
@Designate(ocd = Interleaved.Config.class, factory = true)
public final class Interleaved implements PipelineSchedule {

    /** Settings: none. */
    @ObjectClassDefinition(
            name = "Interleaved",
            description =
                    "Several chunks of layers a stage, and one forward and one backward of them in turn (Narayanan et al. 2021).")
    public @interface Config {}

    @Override
    public List<Action> actions(int stage, int stages, int chunks, int batches) {
        Numbers.require(
                chunks >= 2,
                "interleaved has 2 or more chunks a stage, got pipeline.chunks=" + chunks
                        + "; set it, or choose pipeline.schedule=1f1b");
        Numbers.require(
                batches % stages == 0,
                "interleaved needs micro-batches in multiples of the " + stages + " stages, got " + batches
                        + "; change batch.sequences or batch.micro");
        var actions = new ArrayList<Action>();
        int count = batches * chunks;
        int ahead = Math.min(2 * (stages - 1 - stage) + (chunks - 1) * stages, count);
        for (int i = 0; i < count + ahead; i++) {
            if (i < count) {
                actions.add(new Forward(batch(i, stages, chunks), chunk(i, stages, chunks)));
            }
            if (i >= ahead) {
                int back = i - ahead;
                actions.add(new Backward(batch(back, stages, chunks), chunks - 1 - chunk(back, stages, chunks)));
            }
        }
        return List.copyOf(actions);
    }

    /** A group of as many micro-batches as there are stages passes chunk by chunk, then the next group. */
    private static int chunk(int i, int stages, int chunks) {
        return i % (stages * chunks) / stages;
    }

    private static int batch(int i, int stages, int chunks) {
        return i / (stages * chunks) * stages + i % stages;
    }
}
