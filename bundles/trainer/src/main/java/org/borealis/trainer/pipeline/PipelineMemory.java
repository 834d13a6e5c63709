package org.borealis.trainer.pipeline;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.StepMemory;
import org.borealis.trainer.step.StepPlan;

/** What the stages of a pipeline take of their devices; known before any is taken. */
public final class PipelineMemory {
    private PipelineMemory() {}

    /** Of this rank's stage; where nobody has met, of the stage that takes most. */
    public static StepMemory plan(
            Compiler compiler, Device device, ModelFamily family, Optimizer optimizer, StepPlan plan) {
        var ranks = plan.ranks();
        var pipeline = ranks.pipeline().orElseThrow();
        var own = PipelineModel.of(compiler, family, plan, pipeline.chunks());
        var line = ranks.mesh().line(ranks.team().rank(), PipelineModel.AXIS);
        var stages = ranks.team().groups().isEmpty() ? IntStream.range(0, own.stages()) : IntStream.of(own.stage());
        return stages.mapToObj(stage -> {
                    var model = new PipelineModel(family, own.parts(), stage, own.stages());
                    var actions = pipeline.schedule().actions(stage, own.stages(), pipeline.chunks(), plan.micro());
                    return new StagePlan(compiler, optimizer, plan.of(ranks.seenBy(line.get(stage))), model, actions)
                            .memory(device);
                })
                .max(Comparator.comparingLong(StepMemory::total))
                .orElseThrow();
    }
}
