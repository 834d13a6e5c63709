package org.borealis.trainer.ranks;

import org.borealis.parallel.PipelineSchedule;

/**
 * How ranks share the layers of a model.
 *
 * @param chunks parts of the model that each stage has
 */
public record Pipeline(PipelineSchedule schedule, int chunks) {
    /** Axis of the mesh along which ranks have layers. */
    public static final String AXIS = "pipeline";
}
